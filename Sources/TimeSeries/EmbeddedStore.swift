import Base
import Synchronization

/// Samples in memory: compressed, bounded by age and size, found by labels.
///
/// One type with three owners: the embedded data source, the overlay of recorded series, the window of local
/// evaluation. One writer at a time and any number of readers: a reader holds the lock while it finds its series and
/// takes their chunks along, and decodes after.
public final class EmbeddedStore: SeriesSource, Sendable {
    /// What the store may hold.
    public struct Limits: Hashable, Sendable {
        /// How much older than the newest sample held a sample may be; nil is no bound.
        public var retention: Duration?
        /// Bytes held, about; the oldest samples go first. Nil is no bound.
        public var maximumBytes: Int?
        /// Series held; samples of further ones are refused. Nil is no bound.
        public var maximumSeries: Int?

        /// Limits; none unless given.
        public init(retention: Duration? = nil, maximumBytes: Int? = nil, maximumSeries: Int? = nil) {
            self.retention = retention
            self.maximumBytes = maximumBytes
            self.maximumSeries = maximumSeries
        }
    }

    /// Why a sample was not taken, as Prometheus' storage would say.
    public enum Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// It is older than the series' last sample.
        case outOfOrder
        /// The series has another value at this time.
        case duplicate
        /// It is older than what the store keeps.
        case tooOld
        /// There are as many series as may be.
        case tooManySeries
        /// The histogram is broken.
        case histogram(HistogramError)

        /// One sentence, as Prometheus words it.
        public var description: String {
            switch self {
            case .outOfOrder: "out of order sample"
            case .duplicate: "duplicate sample for timestamp"
            case .tooOld: "out of bounds"
            case .tooManySeries: "too many series"
            case .histogram(let error): error.description
            }
        }
    }

    /// One sample of a batch that was not taken.
    public struct Rejection: Hashable, Sendable {
        /// Place in the batch.
        public var series: Int
        /// Place in the series.
        public var sample: Int
        /// Why.
        public var reason: Refusal
    }

    /// What the store holds.
    public struct Statistics: Hashable, Sendable {
        /// Series with samples.
        public var series: Int
        /// Samples.
        public var samples: Int
        /// Bytes, about.
        public var bytes: Int
        /// The newest sample, nil when there is none.
        public var newest: Timestamp?
    }

    /// What the store may hold; what a smaller limit keeps out goes with the next append.
    public var limits: Limits {
        get { state.withLock { $0.limits } }
        set { state.withLock { $0.limits = newValue } }
    }
    let state: Mutex<StoreState>

    /// A store without samples.
    public init(limits: Limits = Limits()) { state = Mutex(StoreState(limits: limits)) }

    /// Appends the samples of each series in their order; what is refused does not keep the others out.
    ///
    /// A sample that is there already, with the same value, is taken silently. Start timestamps are not kept.
    /// - Returns: what was not taken.
    @discardableResult
    public func append(_ batch: [Series]) -> [Rejection] {
        state.withLock { state in
            var rejections: [Rejection] = []
            for (place, series) in batch.enumerated() {
                for sample in 0..<series.count {
                    let reason = state.append(series, sample)
                    if let reason { rejections.append(Rejection(series: place, sample: sample, reason: reason)) }
                }
            }
            state.enforceLimits()
            return rejections
        }
    }

    /// Appends a sender's batch as Prometheus' storage commits one: when a sample is older than what its series has, or
    /// contradicts it, nothing is taken; samples that are out of order among themselves are left out silently.
    /// - Parameter latest: A later sample is refused as from the far future.
    /// - Returns: why nothing was taken, in Prometheus' words; nil when the batch was.
    public func commit(_ batch: SampleBatch, latest: Timestamp) -> String? {
        state.withLock { $0.commit(batch, latest: latest.milliseconds) }
    }

    /// What ``commitEach(_:latest:)`` took, and what not.
    public struct Commitment: Hashable, Sendable {
        /// One sample that was not taken.
        public struct Refusal: Hashable, Sendable {
            /// The series' place in the batch.
            public var series: Int
            /// In Prometheus' words.
            public var reason: String
        }

        /// Floats that were taken, those that were out of order among themselves too.
        public var samples = 0
        /// The same of histograms.
        public var histograms = 0
        /// In the batch's order.
        public var refusals: [Refusal] = []
    }

    /// As ``commit(_:latest:)``, but what is refused does not keep the other samples out.
    public func commitEach(_ batch: SampleBatch, latest: Timestamp) -> Commitment {
        state.withLock { $0.commitEach(batch, latest: latest.milliseconds) }
    }

    /// Appends one sample.
    /// - Throws: why it was not taken.
    public func append(_ value: SampleValue, _ labels: Labels, at time: Timestamp) throws(Refusal) {
        let reason = state.withLock { state -> Refusal? in
            let reason = state.append(value, labels, at: time.milliseconds)
            state.enforceLimits()
            return reason
        }
        if let reason { throw reason }
    }

    /// The matching series with their samples of a closed range; without waiting.
    public func select(_ request: SeriesRequest) -> SeriesResponse {
        let (snapshots, oldest) = state.withLock { state in
            (state.snapshots(request), state.oldestKept)
        }
        let start = max(request.start.milliseconds, oldest)
        var found: [Series] = []
        found.reserveCapacity(snapshots.count)
        for snapshot in snapshots {
            let series = snapshot.series(from: start, to: request.end.milliseconds)
            if series.count > 0 { found.append(series) }
        }
        return SeriesResponse(series: found)
    }

    /// The matching series that have samples in a closed range, still compressed; without waiting.
    public func selectPacked(_ request: SeriesRequest) -> SeriesResponse {
        let (snapshots, oldest) = state.withLock { state in
            (state.snapshots(request), state.oldestKept)
        }
        return SeriesResponse(series: [], packed: snapshots.map { PackedSeries($0, oldest: oldest) })
    }

    /// Answers all requests, in their order, with series that are still compressed; cannot fail.
    public func fetchPacked(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        requests.map(selectPacked)
    }

    /// Answers all requests, in their order; cannot fail.
    public func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        var responses: [SeriesResponse] = []
        for request in requests {
            try Task.checkCancellation()
            responses.append(select(request))
        }
        return responses
    }

    /// When each matching series begins in this store, whether or not it has samples in a range.
    public func beginnings(_ matchers: [LabelMatcher]) -> [Labels: Timestamp] {
        state.withLock { state in
            var found: [Labels: Timestamp] = [:]
            state.forEach(matchers) { series in
                if let first = series.first { found[series.labels] = Timestamp(milliseconds: first) }
            }
            return found
        }
    }

    /// Label sets of the series that match and have samples in a closed range, sorted.
    public func series(_ matchers: [LabelMatcher], start: Timestamp = .distantPast, end: Timestamp = .distantFuture)
        -> [Labels]
    {
        let request = SeriesRequest(matchers: matchers, start: start, end: end)
        return state.withLock { $0.snapshots(request).map(\.labels) }.sorted()
    }

    /// Names of labels, of all series or of those that match, sorted.
    public func labelNames(
        _ matchers: [LabelMatcher] = [], start: Timestamp = .distantPast, end: Timestamp = .distantFuture
    ) -> [String] {
        if matchers.isEmpty, start == .distantPast, end == .distantFuture {
            return state.withLock { $0.labelNames }.sorted(by: Labels.less)
        }
        var names: Set<String> = []
        for labels in series(matchers, start: start, end: end) { for (name, _) in labels { names.insert(name) } }
        return names.sorted(by: Labels.less)
    }

    /// Values of a label, of all series or of those that match, sorted.
    public func labelValues(
        _ name: String, _ matchers: [LabelMatcher] = [], start: Timestamp = .distantPast,
        end: Timestamp = .distantFuture
    ) -> [String] {
        if matchers.isEmpty, start == .distantPast, end == .distantFuture {
            return state.withLock { $0.labelValues(name) }.sorted(by: Labels.less)
        }
        var values: Set<String> = []
        for labels in series(matchers, start: start, end: end) {
            if let value = labels[name] { values.insert(value) }
        }
        return values.sorted(by: Labels.less)
    }

    /// What is held, counted by metrics and labels, the `limit` largest of each.
    public func overview(limit: Int) -> StoreOverview {
        var overview = state.withLock { $0.overview }
        overview.cut(to: limit)
        return overview
    }

    /// What is held now.
    public var statistics: Statistics { state.withLock { $0.statistics } }

    /// Drops samples later than `time`, as when the clock was set back; costs time for the series that have such.
    public func drop(after time: Timestamp) { state.withLock { $0.drop(after: time.milliseconds) } }

    /// Drops everything.
    public func removeAll() { state.withLock { $0 = StoreState(limits: $0.limits) } }
}
