import Base
import TimeSeries

/// One selection of series kept in memory: what of it is known, and what to fetch next.
///
/// A look fetches only what is new; what came late is found by going back to the slowest series that is still alive, by
/// asking for the history of each series that does not join on, and by holding a longer stretch, and at times the whole,
/// against the source. A value: it fetches nothing itself and reads no clock.
struct WindowUnit: Sendable {
    /// What is fetched besides what is new, so that a scrape that ends late is not missed.
    static let overlap = Duration.seconds(10)
    /// How often the last stretch is held against the source.
    static let wideInterval = Duration.seconds(60)
    /// How long that stretch is: what came up to a minute late is in one of them.
    static let wideStretch = Duration.seconds(120)
    /// How often everything is held against the source.
    static let fullInterval = Duration.seconds(600)
    /// How much more is kept than was asked for, for groups that come late.
    static let slack = Duration.seconds(60)
    /// Series whose history is fetched one by one; when there are more, everything is fetched.
    static let histories = 32

    /// A stretch to fetch, and why.
    struct Look: Hashable, Sendable {
        /// Why something is fetched.
        enum Reason: String, Hashable, Sendable, CaseIterable {
            /// Nothing is known yet, or not far enough back.
            case fill
            /// What is new.
            case new
            /// What is new, and the last stretch to compare.
            case wide
            /// Everything, to compare.
            case full
        }

        var reason: Reason
        var request: SeriesRequest
    }

    /// What selects its series.
    let matchers: [LabelMatcher]
    /// How far behind `now` an instant selector looks: series silent for longer are not waited for.
    let lookback: Duration
    /// The samples.
    private(set) var store = EmbeddedStore()
    /// How far behind the end samples are needed.
    private(set) var reach: Duration = .zero
    /// What is known: all samples between, both included. Nil before the first fill.
    private(set) var known: ClosedRange<Timestamp>?
    /// The end that was asked for last.
    private(set) var lastWanted: Timestamp = .distantPast
    private var lastWide: Timestamp = .distantPast
    private var nextFull: Timestamp = .distantFuture
    /// The reach that the store keeps samples for.
    private var filledReach: Duration = .zero
    private var mustFill = false

    init(matchers: [LabelMatcher], lookback: Duration) {
        self.matchers = matchers
        self.lookback = lookback
    }

    /// Notes that samples from `start` to `end` are wanted.
    mutating func want(_ start: Timestamp, _ end: Timestamp) {
        lastWanted = end
        reach = max(reach, end - start)
        guard let known else { return }
        if end - start > filledReach + Self.slack || start < known.lowerBound { mustFill = true }
    }

    /// What must be fetched before samples up to `end` are known; nil when they are.
    func look(through end: Timestamp) -> Look? {
        guard let known, !mustFill else { return .init(reason: .fill, request: request(end - reach, end)) }
        guard end > known.upperBound else { return nil }
        if end >= nextFull { return .init(reason: .full, request: request(end - reach, end)) }
        if end - lastWide >= Self.wideInterval {
            let start = max(end - reach, min(end - Self.wideStretch, newStart(known.upperBound)))
            return .init(reason: .wide, request: request(start, end))
        }
        return .init(reason: .new, request: request(max(end - reach, newStart(known.upperBound)), end))
    }

    private func request(_ start: Timestamp, _ end: Timestamp) -> SeriesRequest {
        SeriesRequest(matchers: matchers, start: start, end: end)
    }

    /// Behind the end of the slowest living series: what comes in order cannot be before.
    private func newStart(_ end: Timestamp) -> Timestamp {
        let overlap = end - Self.overlap
        guard let slowest = store.slowestEnd(after: end - lookback) else { return overlap }
        return min(overlap, slowest + .milliseconds(1))
    }

    /// What taking an answer in showed.
    struct Outcome {
        /// Series that differ from what was held.
        var differences = 0
        /// Series whose history is to be fetched: see ``history(of:through:)``.
        var histories: [Labels] = []
    }

    /// Takes the answer to `look` in.
    mutating func take(_ series: [Series], for look: Look) -> Outcome {
        var outcome = Outcome()
        let end = look.request.end
        guard look.reason != .fill, let known else {
            refill(series, look.request)
            return outcome
        }
        // What came late but in order is no difference.
        let apart = store.extend(series, from: look.request.start)
        if look.reason != .new {
            let unknown = Set(apart)
            let joined = series.indices.filter { !unknown.contains($0) }.map { series[$0] }
            outcome.differences = store.differences(from: joined, look.request)
        }
        if look.reason == .full {
            refill(series, look.request)
            return outcome
        }
        if look.reason == .wide { lastWide = end }
        self.known = max(known.lowerBound, end - filledReach - Self.slack)...max(end, known.upperBound)
        if outcome.differences > 0 || apart.count > Self.histories {
            mustFill = true
        } else {
            outcome.histories = apart.map { series[$0].labels }
        }
        return outcome
    }

    /// Asks for everything of one series.
    func history(of labels: Labels, through end: Timestamp) -> SeriesRequest {
        SeriesRequest(
            matchers: labels.map { LabelMatcher($0.name, equals: $0.value) }, start: end - reach, end: end)
    }

    /// Takes whole series in; others that the same labels select are left out.
    mutating func take(histories: [Series], of labels: [Labels]) {
        let wanted = Set(labels)
        store.replace(histories.filter { wanted.contains($0.labels) })
    }

    /// Forgets that anything is known, so that the next look fetches everything.
    mutating func distrust() { mustFill = true }

    private mutating func refill(_ series: [Series], _ request: SeriesRequest) {
        let kept = EmbeddedStore(limits: .init(retention: request.end - request.start + Self.slack))
        kept.append(series)
        store = kept
        filledReach = request.end - request.start
        known = request.start...request.end
        // More may have been asked for meanwhile.
        mustFill = reach > filledReach + Self.slack
        lastWide = request.end
        // Units that were filled together are not compared together.
        let spread = Int64(StableHash.spread(matchers) % UInt64(Self.fullInterval.milliseconds / 2))
        nextFull = request.end + Self.fullInterval + .milliseconds(spread)
    }
}

extension StableHash {
    /// A number that is the same for equal matchers in every process.
    static func spread(_ matchers: [LabelMatcher]) -> UInt64 {
        var text = matchers.map(\.description).joined(separator: ",")
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}
