import Base

/// What an evaluation needs to be fetched: all samples of the matching series in a closed range of time.
public struct SeriesRequest: Hashable, Sendable {
    /// All must match.
    public var matchers: [LabelMatcher]
    /// First instant wanted, included.
    public var start: Timestamp
    /// Last instant wanted, included.
    public var end: Timestamp

    /// A request for `start` to `end`, both included.
    public init(matchers: [LabelMatcher], start: Timestamp, end: Timestamp) {
        self.matchers = matchers
        self.start = start
        self.end = end
    }
}

/// The answer to one ``SeriesRequest``.
public struct SeriesResponse: Sendable {
    /// The series that had samples in the range, each label set once; in any order.
    public var series: [Series]
    /// Warnings of the source, passed on to who asked.
    public var warnings: [String]

    /// An answer.
    public init(series: [Series], warnings: [String] = []) {
        self.series = series
        self.warnings = warnings
    }
}

/// Something that has samples: a server, the embedded store, an overlay before another source.
public protocol SeriesSource: Sendable {
    /// Answers all requests, in their order, concurrently where that helps.
    /// - Throws: when a request has no complete answer: no answer is not an empty answer.
    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse]
}
