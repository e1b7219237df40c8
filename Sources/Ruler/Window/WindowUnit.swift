import Base
import TimeSeries

/// One selection of series kept in memory: what of it is known, and what to fetch next.
///
/// A look fetches only what is new; what came late is found by going back to the slowest series that is still alive, by
/// asking for the history of each series that does not join on, and by holding a longer stretch, and at times the whole,
/// against the source. A value: it fetches nothing itself and reads no clock.
struct WindowUnit: Sendable {
    /// What is fetched besides what is new, so that a series whose first samples come late is not missed: at least this.
    static let leastOverlap = Duration.seconds(10)
    /// And at most this; also where it is not known how often series are scraped.
    static let mostOverlap = Duration.seconds(60)
    /// How many scrapes it spans: one takes no longer than to the next, and the marker behind the last one comes two later.
    static let scrapesInOverlap = 4
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
    /// How much is fetched besides what is new.
    private(set) var overlap = Self.mostOverlap

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
        if end <= known.upperBound {
            // The clock was set back: what came late since then is not known.
            return known.upperBound - end > overlap ? .init(reason: .new, request: request(newStart(end), end)) : nil
        }
        if end >= nextFull { return .init(reason: .full, request: request(end - reach, end)) }
        let start = newStart(known.upperBound)
        if end - lastWide >= Self.wideInterval {
            let wide = max(kept(end), min(end - Self.wideStretch, start))
            return .init(reason: .wide, request: request(wide, end))
        }
        return .init(reason: .new, request: request(max(kept(end), start), end))
    }

    /// The first instant whose samples are kept when the last one is `end`. Less is never fetched than what is then said to
    /// be known.
    private func kept(_ end: Timestamp) -> Timestamp { end - filledReach - Self.slack }

    private func request(_ start: Timestamp, _ end: Timestamp) -> SeriesRequest {
        SeriesRequest(matchers: matchers, start: start, end: end)
    }

    /// Behind the end of the slowest living series: what comes in order cannot be before.
    private func newStart(_ end: Timestamp) -> Timestamp {
        let start = end - overlap
        guard let slowest = store.slowestEnd(after: end - lookback) else { return start }
        return min(start, slowest + .milliseconds(1))
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
        self.known = min(end, max(known.lowerBound, kept(end)))...end
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
            matchers: labels.map { LabelMatcher($0.name, equals: $0.value) }, start: kept(end), end: end)
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
        overlap = Self.overlap(of: series)
        // Units that were filled together are not compared together.
        let spread = StableHash.spread(matchers)
        lastWide = request.end - .milliseconds(Int64(spread % UInt64(Self.wideInterval.milliseconds)))
        nextFull =
            request.end + Self.fullInterval
            + .milliseconds(Int64(spread % UInt64(Self.fullInterval.milliseconds / 2)))
    }
}

extension WindowUnit {
    /// What is fetched besides what is new, by how far apart the samples of most series are.
    private static func overlap(of series: [Series]) -> Duration {
        var gaps = series.compactMap { one -> Int64? in
            // A marker at the end says nothing of it.
            let last = one.values.last.map(StaleMarker.isStale) ?? false ? one.count - 2 : one.count - 1
            return last > 0 ? one.timestamps[last] - one.timestamps[last - 1] : nil
        }
        gaps.sort()
        guard !gaps.isEmpty else { return mostOverlap }
        return min(mostOverlap, max(leastOverlap, .milliseconds(gaps[gaps.count / 2]) * scrapesInOverlap))
    }
}

extension StableHash {
    /// A number that is the same for equal matchers in every process.
    static func spread(_ matchers: [LabelMatcher]) -> UInt64 {
        var text = matchers.map(\.description).joined(separator: ",")
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}
