import HTTPServer
import JSON
import PrometheusAPI
import Synchronization
import TimeSeries

/// Hears all that one ruler says: what it writes by remote write and what it posts as an Alertmanager's client.
final class RulerEar: Sendable {
    /// One sample of a series, comparable.
    struct Heard: Hashable, Sendable {
        var milliseconds: Int64
        var value: String
    }

    private final class Box: Sendable {
        let samples = Mutex<[String: [Heard]]>([:])
        let alerts = Mutex<[JSONValue]>([])
    }

    private let box = Box()
    private let server: HTTPServer

    init() throws {
        server = try HTTPServer { [box] request in
            if request.path == "/api/v1/write" {
                guard let body = try? RemoteWriteRequest.decode(request.body, limit: 64 << 20) else {
                    return HTTPServerResponse(status: 400, text: "no message of remote write 1\n")
                }
                box.samples.withLock { samples in
                    for series in body.series {
                        for index in 0..<series.count {
                            samples["\(series.labels)", default: []].append(
                                Heard(milliseconds: series.timestamps[index], value: Self.text(series, index)))
                        }
                    }
                }
                return HTTPServerResponse(status: 204, text: "")
            }
            if let body = try? JSONValue(parsing: request.body) {
                box.alerts.withLock { $0 += body.array ?? [] }
            }
            return HTTPServerResponse(status: 200, text: "")
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)" }

    /// What was written, by series, in the order of time; what was written twice is there once.
    var samples: [String: [Heard]] {
        box.samples.withLock { samples in
            samples.mapValues { Array(Set($0)).sorted { ($0.milliseconds, $0.value) < ($1.milliseconds, $1.value) } }
        }
    }

    /// The alerts that were posted.
    var alerts: [JSONValue] { box.alerts.withLock { $0 } }

    private static func text(_ series: Series, _ index: Int) -> String {
        if StaleMarker.isStale(series.values[index]) { return "ends" }
        if case .histogram(let histogram) = series.sample(at: index) {
            let counts = histogram.allBuckets.filter { $0.count != 0 }.map { "\($0.upper):\(Rounded.text($0.count))" }
            return "\(Rounded.text(histogram.count)) \(Rounded.text(histogram.sum)) \(counts.joined(separator: " "))"
        }
        return Rounded.text(series.values[index])
    }
}

/// Numbers as compared: ten digits, since sums depend on the order of their terms.
enum Rounded {
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
        var digits = value
        var exponent = 0
        while abs(digits) >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
        while abs(digits) < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
        return "\((digits * 1e10).rounded() / 1e10)e\(exponent)"
    }
}
