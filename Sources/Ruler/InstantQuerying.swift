import Base
import QueryEngine

/// A server that evaluates expressions itself: `datasource.evaluation: remote`.
public protocol InstantQuerying: Sendable {
    /// The result of `expression` at `time`, with the server's warnings and infos.
    /// - Throws: when there is no complete answer; the error's description is what people read.
    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult
}
