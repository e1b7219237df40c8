import Base
import QueryEngine

/// A server that evaluates expressions itself: `datasource.evaluation: remote`.
public protocol InstantQuerying: Sendable {
    /// The result of `expression` at `time`, with the server's warnings and infos.
    /// - Throws: when there is no complete answer; the error's description is what people read.
    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult
    /// The result of each of `expressions`, in their order; one that fails keeps no other from its result.
    func instants(
        _ expressions: [String], at time: Timestamp, timeout: Duration
    ) async -> [Result<QueryResult, any Error>]
}

extension InstantQuerying {
    /// Asks for all at once, each for itself.
    public func instants(
        _ expressions: [String], at time: Timestamp, timeout: Duration
    ) async -> [Result<QueryResult, any Error>] {
        await withTaskGroup(of: (Int, Result<QueryResult, any Error>).self) { group in
            for (place, expression) in expressions.enumerated() {
                group.addTask {
                    do {
                        return (place, .success(try await instant(expression, at: time, timeout: timeout)))
                    } catch {
                        return (place, .failure(error))
                    }
                }
            }
            var results = expressions.map { _ in Result<QueryResult, any Error>.failure(CancellationError()) }
            for await (place, result) in group { results[place] = result }
            return results
        }
    }
}
