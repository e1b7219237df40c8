import Base
import PrometheusAPI
import QueryEngine
import Ruler

/// Lets a Prometheus-compatible server evaluate expressions of rules.
struct ServerQuerying: InstantQuerying {
    let client: PrometheusClient

    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
        let answer = try await client.query(expression, at: time, timeout: timeout)
        let value: QueryValue =
            switch answer.value {
            case .vector(let samples):
                .vector(samples.map { VectorSample(labels: $0.labels, timestamp: $0.timestamp, value: $0.value) })
            case .matrix(let series): .matrix(series)
            case .scalar(let number, let time): .scalar(number, at: time)
            case .string(let text, let time): .string(text, at: time)
            }
        return QueryResult(value: value, annotations: Annotations(warnings: answer.warnings, infos: answer.infos))
    }
}
