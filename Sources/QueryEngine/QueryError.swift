/// Why a query has no result, in the words that clients of Prometheus know.
public struct QueryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The `errorType` of Prometheus' API.
    public enum Kind: String, Hashable, Sendable {
        /// The evaluation failed.
        case execution
        /// The query was wrong from the beginning.
        case badData = "bad_data"
        /// It took too long.
        case timeout
        /// Somebody stopped it.
        case canceled
    }

    /// What sort of failure it is.
    public var kind: Kind
    /// What is wrong.
    public var message: String

    /// A failure.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The message alone.
    public var description: String { message }

    static func execution(_ message: String) -> QueryError { QueryError(.execution, message) }

    static let sameLabelSet = execution("vector cannot contain metrics with the same labelset")
    static let tooManySamples = execution(
        "query processing would load too many samples into memory in query execution")
    static let canceled = QueryError(.canceled, "query was canceled in expression evaluation")
    static let timedOut = QueryError(.timeout, "query timed out in expression evaluation")
}
