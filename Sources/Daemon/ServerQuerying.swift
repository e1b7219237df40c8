import Base
import PrometheusAPI
import QueryEngine
import Ruler

/// Lets a Prometheus-compatible server evaluate expressions of rules.
struct ServerQuerying: InstantQuerying {
    let client: PrometheusClient

    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
        QueryResult(try await client.query(expression, at: time, timeout: timeout))
    }

    func instants(
        _ expressions: [String], at time: Timestamp, timeout: Duration
    ) async -> [Result<QueryResult, any Error>] {
        await client.queries(expressions, at: time, timeout: timeout).map { answer in
            answer.map(QueryResult.init).mapError { $0 }
        }
    }
}
