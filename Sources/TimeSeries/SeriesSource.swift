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
    /// Further series, still compressed, which may have samples in the range; only where
    /// ``SeriesSource/fetchPacked(_:)`` was asked.
    public var packed: [PackedSeries]
    /// Warnings of the source, passed on to who asked.
    public var warnings: [String]

    /// An answer.
    public init(series: [Series], packed: [PackedSeries] = [], warnings: [String] = []) {
        self.series = series
        self.packed = packed
        self.warnings = warnings
    }
}

/// Something that has samples: a server, the embedded store, an overlay before another source.
public protocol SeriesSource: Sendable {
    /// Answers all requests, in their order, concurrently where that helps.
    /// - Throws: when a request has no complete answer: no answer is not an empty answer.
    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse]

    /// As ``fetch(_:)``, for a reader that takes series compressed as well.
    func fetchPacked(_ requests: [SeriesRequest]) async throws -> [SeriesResponse]
}

extension SeriesSource {
    /// Nothing is compressed unless the source knows better.
    public func fetchPacked(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] { try await fetch(requests) }
}

extension SeriesResponse {
    /// The same with all series decoded.
    public func unpacked(_ request: SeriesRequest) -> SeriesResponse {
        if packed.isEmpty { return self }
        var all = series
        all.reserveCapacity(series.count + packed.count)
        for one in packed {
            let whole = one.series(from: request.start.milliseconds, to: request.end.milliseconds)
            if whole.count > 0 { all.append(whole) }
        }
        return SeriesResponse(series: all, warnings: warnings)
    }
}
