import Base
import HTTPTransport
import PrometheusAPI
import QueryEngine
import TimeSeries

/// A Prometheus-compatible server that commands evaluate over: from raw samples where it gives them whole, else the server
/// itself is asked.
public struct ServerSource: Sendable {
    private let source: PrometheusSource

    /// The server at `address`.
    /// - Throws: ``PrometheusAPI/PrometheusError`` when the address is none.
    public init(_ address: String) throws(PrometheusError) {
        guard let url = HTTPURL(address), url.scheme.hasPrefix("http") else {
            throw PrometheusError(.malformed, "not an http or https address: \(address)")
        }
        source = PrometheusSource(PrometheusClient(PrometheusServerSettings(url: url), http: HTTPClient()))
    }

    /// The value of an expression.
    /// - Parameter text: The expression as it was written.
    /// - Throws: ``QueryEngine/QueryError`` or ``PrometheusAPI/PrometheusError``.
    public func evaluate(_ plan: QueryPlan, text: String, kind: QueryPlan.Kind, options: QueryOptions) async throws
        -> QueryResult
    {
        if try await source.findFidelity() == .floats { return try await asked(text, kind) }
        do {
            return try await QueryEngine(options: options).run(plan, source)
        } catch let error as PrometheusError where error.kind == .incomplete {
            return try await asked(text, kind)
        }
    }

    private func asked(_ text: String, _ kind: QueryPlan.Kind) async throws -> QueryResult {
        switch kind {
        case .instant(let time): QueryResult(try await source.client.query(text, at: time))
        case .range(let start, let end, let step):
            QueryResult(try await source.client.queryRange(text, start: start, end: end, step: step))
        }
    }
}

extension QueryResult {
    /// A server's answer.
    init(_ answer: QueryAnswer) {
        let value: QueryValue =
            switch answer.value {
            case .vector(let samples):
                .vector(samples.map { VectorSample(labels: $0.labels, timestamp: $0.timestamp, value: $0.value) })
            case .matrix(let series): .matrix(series)
            case .scalar(let number, let time): .scalar(number, at: time)
            case .string(let text, let time): .string(text, at: time)
            }
        self.init(value: value, annotations: Annotations(warnings: answer.warnings, infos: answer.infos))
    }
}
