import HTTPServer
import PrometheusAPI
import TimeSeries

/// The way in for samples: remote write, as agents and Prometheus itself speak it.
///
/// Of version 1 a body is taken whole or not at all; of version 2 what can be taken is, and the answer says how much.
///
/// - Source: Prometheus Remote-Write 1.0 and 2.0 specifications; answers as observed on Prometheus 3.5.3.
enum WriteRoute {
    /// What a body may unfold to. Bytes.
    static let maximumUnfolded = 64 << 20
    /// Refusals that an answer tells one by one.
    private static let told = 1000

    static let all: [Route] = [
        QueryRoutes.route("/api/v1/write", methods: ["POST"]) { call throws(QueryFailure) in
            let version: RemoteWriteRequest.Version
            let body: RemoteWriteBody
            do throws(Refusal) {
                version = try readHeaders(call.request)
                body = try read(call.request.body, version)
            } catch {
                return text(error.status, error.reason)
            }
            let batch = WriteBatch(
                samples: body.samples,
                metadata: body.metadata.map { ($0.metric, MetricFacts(type: $0.type, unit: $0.unit, help: $0.help)) },
                isPartial: version == .two)
            let outcome = try await call.source.write(batch, now: call.now)
            guard version == .two else {
                return outcome.refusals.first.map { text(400, $0.reason) } ?? HTTPServerResponse(status: 204)
            }
            return answer(outcome, body)
        }
    ]

    private struct Refusal: Error {
        let status: Int
        let reason: String
    }

    private static func text(_ status: Int, _ line: String) -> HTTPServerResponse {
        HTTPServerResponse(status: status, text: line + "\n")
    }

    /// The answer of version 2: how much was taken, and what not.
    private static func answer(_ outcome: WriteOutcome, _ body: RemoteWriteBody) -> HTTPServerResponse {
        let samples = outcome.refusals.map { refusal in
            (
                place: refusal.series,
                reason: "\(refusal.reason) for series \(body.samples.labels(at: refusal.series).shown)"
            )
        }
        // Series without usable labels stand before the series at their place.
        let all = (body.refusals.map { (place: $0.place, reason: $0.reason) } + samples).enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }
        var lines = all.prefix(told).map(\.element.reason)
        if all.count > told { lines.append("\(all.count - told) more") }
        var response =
            lines.isEmpty ? HTTPServerResponse(status: 204) : text(400, lines.joined(separator: "\n"))
        for (kind, count) in [
            ("Samples", outcome.samples), ("Histograms", outcome.histograms), ("Exemplars", body.exemplars),
        ] {
            response = response.with(header: "X-Prometheus-Remote-Write-\(kind)-Written", "\(count)")
        }
        return response
    }

    /// Which message the headers announce.
    private static func readHeaders(_ request: HTTPServerRequest) throws(Refusal) -> RemoteWriteRequest.Version {
        var version = RemoteWriteRequest.Version.one
        let type = request.header("Content-Type") ?? ""
        let parts = type.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        if !type.isEmpty, parts.first?.lowercased() != "application/x-protobuf" {
            throw Refusal(
                status: 415,
                reason: "expected application/x-protobuf as the first (media) part, got \(type) content-type")
        }
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1).map(trimmed)
            guard pair.count == 2 else {
                throw Refusal(
                    status: 415,
                    reason: "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be "
                        + "key-values, got \(part) in \(type) content-type")
            }
            guard pair[0].lowercased() == "proto" else { continue }
            guard let named = RemoteWriteRequest.Version(rawValue: pair[1]) else {
                let known = RemoteWriteRequest.Version.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal(
                    status: 415,
                    reason: "got \(type) content type; unknown remote write protobuf message \(pair[1]), "
                        + "supported: \(known)")
            }
            version = named
        }
        let encoding = request.header("Content-Encoding") ?? ""
        if !encoding.isEmpty, encoding.lowercased() != "snappy" {
            throw Refusal(
                status: 415,
                reason: "\(encoding) encoding (compression) is not accepted by this server; only snappy is acceptable")
        }
        return version
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }

    private static func read(_ body: [UInt8], _ version: RemoteWriteRequest.Version) throws(Refusal)
        -> RemoteWriteBody
    {
        do throws(RemoteBodyError) {
            return try RemoteWriteRequest.decode(body, version: version, limit: maximumUnfolded)
        } catch {
            throw Refusal(status: 400, reason: error.message)
        }
    }
}
