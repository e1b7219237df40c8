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
}
