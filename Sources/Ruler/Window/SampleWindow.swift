import Base
import TimeSeries

/// Samples of a source kept in memory between ticks, so that each tick fetches only what is new, once for all rules.
///
/// Selections that share a metric are kept as one unit where that is cheaper than many. Everything a unit gives is what
/// the source would give at that moment; when something cannot be fetched, there is no answer.
public actor SampleWindow {
    /// What the window may hold, and how it is asked.
    public struct Limits: Sendable {
        /// Bytes of samples, about; further selections are refused.
        public var bytes = 512 << 20
        /// Samples that one unit may have when it is filled, as estimated.
        public var samplesPerUnit = 5_000_000
        /// A unit that nobody asked for this long is dropped.
        public var idle = Duration.seconds(900)
        /// Series that one more question to the source is worth.
        public var seriesPerQuestion = 64

        /// The defaults.
        public init() {}
    }

    /// What became of a tick's requests.
    struct Outcome: Sendable {
        var stores: [SeriesRequest: Result<EmbeddedStore, RuleFailure>] = [:]
        /// Requests that are too large to be kept.
        var unfit: Set<SeriesRequest> = []
        /// Whether nothing but what is new was fetched.
        var isTypical = true
    }

    struct Key: Hashable {
        var matchers: [LabelMatcher]
        /// How far the end lies behind the tick.
        var lag: Duration
    }

    let source: any SeriesSource
    private let count: (@Sendable ([LabelMatcher], Timestamp) async -> Int?)?
    private let lookback: Duration
    private let limits: Limits
    let isIncomplete: @Sendable (any Error) -> Bool
    var units: [Key: WindowUnit] = [:]
    private var places: [Key: Key] = [:]
    private var selections: [String: Set<[LabelMatcher]>] = [:]
    private var counts: [[LabelMatcher]: Int] = [:]
    /// Who fetches what, and says what failed of it.
    var underWay: [Key: Task<[Key: RuleFailure], Never>] = [:]
    /// Units whose samples cannot be had, until they are tried again.
    var incapable: Set<Key> = []
    var figures = Statistics()
    /// Samples read since a portion of a fill began.
    var taken = 0
    private var nextSweep = Timestamp.distantPast

    /// A window on `source`.
    /// - Parameters:
    ///   - count: How many series match at an instant, nil when that cannot be told.
    ///   - isIncomplete: Whether a fetch failed because the samples cannot be had.
    public init(
        _ source: any SeriesSource, lookback: Duration, limits: Limits = .init(),
        isIncomplete: @escaping @Sendable (any Error) -> Bool = { _ in false },
        count: (@Sendable ([LabelMatcher], Timestamp) async -> Int?)? = nil
    ) {
        self.source = source
        self.count = count
        self.lookback = lookback
        self.limits = limits
        self.isIncomplete = isIncomplete
    }

    /// What is held now.
    public var statistics: Statistics {
        var all = figures
        all.units = units.count
        all.bytes = 0
        for unit in units.values {
            let held = unit.store.statistics
            all.series += held.series
            all.samples += held.samples
            all.bytes += held.bytes
        }
        return all
    }

    /// Makes known what `requests` ask for at the tick `time`, and gives the stores that have it.
    ///
    /// - Parameter limit: How long the source may take for one answer.
    func fetch(_ requests: Set<SeriesRequest>, at time: Timestamp, limit: Duration) async -> Outcome {
        var outcome = Outcome()
        sweep(time)
        let keys = await assign(requests, at: time)
        var ends: [Key: Timestamp] = [:]
        for (request, key) in keys {
            if units[key] == nil || incapable.contains(key) {
                guard !incapable.contains(key), await isSmallEnough(key, request) else {
                    incapable.insert(key)
                    outcome.unfit.insert(request)
                    outcome.stores[request] = .failure(
                        .query("the samples of {\(Self.text(request.matchers))} cannot be kept: too many, or not whole")
                    )
                    continue
                }
                if units[key] == nil { units[key] = WindowUnit(matchers: key.matchers, lookback: lookback) }
            }
            units[key]?.want(request.start, request.end)
            ends[key] = request.end
        }
        let failures = await advance(ends, limit, &outcome)
        for (request, key) in keys where !outcome.unfit.contains(request) {
            if let failure = failures[key] {
                outcome.stores[request] = .failure(failure)
                if incapable.contains(key) { outcome.unfit.insert(request) }
            } else if let unit = units[key] {
                outcome.stores[request] = .success(unit.store)
            }
        }
        return outcome
    }

    // MARK: - Which unit has what

    /// The unit of each request; selections of one metric come together where one question for all is cheaper.
    private func assign(_ requests: Set<SeriesRequest>, at time: Timestamp) async -> [SeriesRequest: Key] {
        var touched: Set<String> = []
        for request in requests {
            guard let name = request.metricName, selections[name, default: []].insert(request.matchers).inserted else {
                continue
            }
            touched.insert(name)
        }
        var shared: [String: [LabelMatcher]] = [:]
        for name in touched {
            guard let all = selections[name], all.count > 1 else { continue }
            var common = all.first ?? []
            for matchers in all { common.removeAll { !matchers.contains($0) } }
            if all.contains(common) {
                shared[name] = common
            } else if let series = await counted(common, at: time), series <= limits.seriesPerQuestion * all.count {
                shared[name] = common
            }
        }
        for (_, common) in shared {
            // Units that this leaves behind go when nobody has asked for them for a while.
            for (key, place) in places where place.matchers != common && key.matchers.contains(common) {
                places[key] = Key(matchers: common, lag: key.lag)
            }
        }
        var keys: [SeriesRequest: Key] = [:]
        for request in requests {
            let own = Key(matchers: request.matchers, lag: time - request.end)
            if let name = request.metricName, let common = shared[name] {
                places[own] = Key(matchers: common, lag: own.lag)
            } else if places[own] == nil {
                let wider = request.metricName.flatMap { name in
                    units.keys.first { key in
                        key.lag == own.lag && key.matchers.contains(LabelMatcher(Labels.metricName, equals: name))
                            && own.matchers.contains(key.matchers)
                    }
                }
                places[own] = wider ?? own
            }
            keys[request] = places[own] ?? own
        }
        return keys
    }

    private static func text(_ matchers: [LabelMatcher]) -> String {
        matchers.map(\.description).joined(separator: ",")
    }

    private func counted(_ matchers: [LabelMatcher], at time: Timestamp) async -> Int? {
        if let known = counts[matchers] { return known }
        guard let count else { return nil }
        let found = await count(matchers, time)
        counts[matchers] = found
        return found
    }

    private func isSmallEnough(_ key: Key, _ request: SeriesRequest) async -> Bool {
        if figures.bytes > limits.bytes { return false }
        // Scrapes are seldom closer than five seconds.
        let each = max(1, (request.end - request.start).seconds / 5)
        let isSmall = { (series: Int?) in Double(series ?? 0) * each <= Double(self.limits.samplesPerUnit) }
        // One question for all selections of a metric mostly suffices.
        let named = key.matchers.filter { $0.name == Labels.metricName && $0.operation == .equal }
        if !named.isEmpty, isSmall(await counted(named, at: request.end)) { return true }
        return isSmall(await counted(key.matchers, at: request.end))
    }

    /// Forgets units that nobody asks for, and notes how much is held.
    private func sweep(_ time: Timestamp) {
        guard time >= nextSweep || nextSweep - time > .seconds(120) else { return }
        nextSweep = time + .seconds(60)
        for (key, unit) in units where time - unit.lastWanted - key.lag > limits.idle && underWay[key] == nil {
            units[key] = nil
            places = places.filter { $0.value != key }
        }
        let wanted = Set(places.keys.map(\.matchers))
        selections = selections.mapValues { $0.intersection(wanted) }.filter { !$0.value.isEmpty }
        counts = [:]
        incapable = []
        figures.bytes = units.values.reduce(0) { $0 + $1.store.statistics.bytes }
    }
}

extension SeriesRequest {
    /// The metric's name where the matchers say it by equality.
    fileprivate var metricName: String? {
        matchers.first { $0.name == Labels.metricName && $0.operation == .equal }?.value
    }
}

extension [LabelMatcher] {
    /// Whether all of `others` are among these, so that these select no more than those.
    fileprivate func contains(_ others: [LabelMatcher]) -> Bool { others.allSatisfy(contains) }
}
