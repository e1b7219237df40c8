import HTTPServer
import PrometheusAPI
import TimeSeries

/// The way in for samples: remote write, as agents and Prometheus itself speak it.
///
/// - Source: Prometheus Remote-Write 1.0 specification; answers as observed on Prometheus 3.5.3.
enum WriteRoute {
    /// What a body may unfold to. Bytes.
    static let maximumUnfolded = 64 << 20
    /// Labels of one series.
    static let maximumLabels = 1000
    private static let supported = "prometheus.WriteRequest"
    private static let later = "io.prometheus.write.v2.Request"

    static let all: [Route] = [
        QueryRoutes.route("/api/v1/write", methods: ["POST"]) { call throws(QueryFailure) in
            if let refusal = refusal(call.request) { return refusal }
            let batch: WriteBatch
            do throws(RemoteBodyError) {
                batch = try read(call.request.body)
            } catch {
                return text(400, error.message)
            }
            switch try await call.source.write(batch, now: call.now) {
            case .taken: return HTTPServerResponse(status: 204)
            case .refused(let reason): return text(400, reason)
            }
        }
    ]

    private static func text(_ status: Int, _ line: String) -> HTTPServerResponse {
        HTTPServerResponse(status: status, text: line + "\n")
    }

    /// What is wrong with the headers.
    private static func refusal(_ request: HTTPServerRequest) -> HTTPServerResponse? {
        let type = request.header("Content-Type") ?? ""
        let parts = type.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        if !type.isEmpty, parts.first?.lowercased() != "application/x-protobuf" {
            return text(
                415, "expected application/x-protobuf as the first (media) part, got \(type) content-type")
        }
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(trimmed)
            guard pair.count == 2 else {
                return text(
                    415,
                    "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be key-values, "
                        + "got \(part) in \(type) content-type")
            }
            guard pair[0].lowercased() == "proto", pair[1] != supported else { continue }
            let known =
                pair[1] == later
                ? "this version takes remote write 1 only" : "unknown remote write protobuf message \(pair[1])"
            return text(415, "got \(type) content type; \(known), supported: \(supported)")
        }
        let encoding = request.header("Content-Encoding") ?? ""
        if !encoding.isEmpty, encoding.lowercased() != "snappy" {
            return text(
                415, "\(encoding) encoding (compression) is not accepted by this server; only snappy is acceptable")
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func read(_ body: [UInt8]) throws(RemoteBodyError) -> WriteBatch {
        let (series, metadata) = try RemoteWriteRequest.decode(body, limit: maximumUnfolded)
        var taken: [Series] = []
        taken.reserveCapacity(series.count)
        for one in series {
            let count = one.labels.count
            if count > maximumLabels {
                throw RemoteBodyError(
                    message: "a series has \(count) labels, at most \(maximumLabels) are taken")
            }
            // As Prometheus does: a series without a name, or with an empty label name, is left out silently.
            guard one.labels[Labels.metricName] != nil, !one.labels.contains(where: { $0.name.isEmpty }) else {
                continue
            }
            taken.append(one)
        }
        return WriteBatch(
            series: taken,
            metadata: metadata.map {
                ($0.metric, MetricFacts(type: $0.type, unit: $0.unit, help: $0.help))
            })
    }
}
