import Base
import HTTPTransport
import JSON
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

@Suite(
    "Odd requests to the HTTP API beside a real Prometheus", .serialized,
    .enabled(if: Surroundings.hasPeer("prometheus")))
struct OddRequestTests {
    struct Answer {
        var status: Int
        var body: [UInt8]
        var headers: [String: String]
    }

    /// Some series of each kind.
    static var series: [Series] {
        let start = Int64(OddRequest.start) * 1000
        func floats(_ labels: [(String, String)], _ values: [Double]) -> Series {
            Series(
                labels: Labels(labels), timestamps: values.indices.map { start + Int64($0) * 15_000 }, values: values)
        }
        var all: [Series] = []
        for job in ["api", "db"] {
            for number in 0..<3 {
                all.append(
                    floats(
                        [("__name__", "up"), ("instance", "h\(number)"), ("job", job)],
                        (0..<200).map { $0 % 7 == 0 ? 0 : 1 }))
                all.append(
                    floats(
                        [("__name__", "http_requests_total"), ("code", "\(200 + number)"), ("job", job)],
                        (0..<200).map { Double($0 * (number + 1)) * 1.1 }))
            }
        }
        for (bound, count) in [("0.1", 1.0), ("1", 5), ("+Inf", 9)] {
            all.append(
                floats([("__name__", "d_bucket"), ("job", "api"), ("le", bound)], (0..<200).map { Double($0) * count }))
        }
        all.append(
            floats([("__name__", "weird.name"), ("a.b", "ü\"\\"), ("job", "x<y>&")], [.nan, .infinity, 1e-7, 1e21]))
        all.append(floats([("__name__", "gone")], [Double](repeating: 1, count: 10)))
        return all
    }

    @Test("have the same status and body", .timeLimit(.minutes(10)))
    func sameAnswers() async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let peer = try await PeerServer(program)
        let embedded = try await QueryDaemon("{embedded: {retention: 100d}}")
        let local = try await QueryDaemon("{url: '\(peer.url.text)', evaluation: local}")
        for url in [peer.url.text, embedded.url] {
            let base = url.hasSuffix("/") ? String(url.dropLast()) : url
            let settings = RemoteWriteSettings(url: try #require(HTTPURL(base + "/api/v1/write")))
            try await RemoteWriteClient(settings, http: peer.http).send(Self.series)
        }
        var differences: [String] = []
        for request in OddRequest.all {
            let wanted = try await ask(peer.url.text, request, peer.http)
            for (name, daemon) in [("embedded", embedded), ("local", local)] {
                let found = try await ask(daemon.url, request, peer.http)
                if let problem = Self.difference(found, wanted, request) {
                    differences.append("\(name): \(request): \(problem)")
                }
            }
        }
        Surroundings.say("odd requests: \(OddRequest.all.count) to two sources, \(differences.count) answers different")
        for difference in differences.prefix(30) { Issue.record("\(difference)") }
        #expect(differences.isEmpty)
        // What the server can is found out and told.
        let metrics = try await peer.http.send(HTTPRequest("GET", local.url + "/metrics")).text(limit: 1 << 20)
        #expect(metrics.contains(#/ruleval_datasource_remote_read\{[^}]*\} 1/#))
        #expect(await embedded.end() == 0)
        #expect(await local.end() == 0)
    }

    private func ask(_ base: String, _ odd: OddRequest, _ http: HTTPClient) async throws -> Answer {
        let base = base.hasSuffix("/") ? String(base.dropLast()) : base
        var request = HTTPRequest(odd.method, base + odd.target)
        request.headers.append(HTTPHeader("Origin", "http://grafana.example"))
        if let form = odd.form {
            request.headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded"))
            request.body = Array(form.utf8)
        }
        let response = try await http.send(request)
        let headers = response.headers.map { ($0.name.lowercased(), $0.value) }
        return Answer(
            status: response.status, body: response.body, headers: Dictionary(headers, uniquingKeysWith: { $0 + $1 }))
    }

    static func difference(_ ours: Answer, _ theirs: Answer, _ request: OddRequest) -> String? {
        if ours.status != theirs.status { return "status \(ours.status), theirs \(theirs.status)" }
        for name in ["content-type", "access-control-allow-origin", "access-control-allow-methods", "vary", "allow"]
        where ours.headers[name] != theirs.headers[name] {
            return "\(name) \(ours.headers[name] ?? "-"), theirs \(theirs.headers[name] ?? "-")"
        }
        if request.target.contains("/status/") { return nil }
        let texts = (normalised(ours.body), normalised(theirs.body))
        return texts.0 == texts.1 ? nil : "\(texts.0.prefix(300)), theirs \(texts.1.prefix(300))"
    }

    /// The body with series in order.
    private static func normalised(_ body: [UInt8]) -> String {
        guard let json = try? JSONValue(parsing: body) else { return String(decoding: body, as: UTF8.self) }
        var text = ["status", "errorType", "error", "warnings", "infos"].map { json[$0]?.text ?? "-" }
        if let rows = json["data"]?["result"]?.array, json["data"]?["resultType"]?.string != "scalar" {
            text += rows.map(\.text).sorted()
        } else if let rows = json["data"]?.array, rows.first?.object != nil {
            text += rows.map(\.text).sorted()
        } else {
            text.append(json["data"]?.text ?? "-")
        }
        return text.joined(separator: " ")
    }
}
