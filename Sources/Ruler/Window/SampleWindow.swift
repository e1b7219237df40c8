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

    /// What the window holds and did.
    public struct Statistics: Sendable, Equatable {
        /// Selections kept.
        public var units = 0
        /// Series kept.
        public var series = 0
        /// Samples kept.
        public var samples = 0
        /// Bytes kept, about.
        public var bytes = 0
        /// Questions by their reason: `fill`, `new`, `wide`, `full`, and `history` of single series.
        public var looks: [String: Int] = [:]
        /// Series that differed from the source when they were compared.
        public var differences = 0
    }

    /// What became of a tick's requests.
    struct Outcome: Sendable {
        var stores: [SeriesRequest: Result<EmbeddedStore, RuleFailure>] = [:]
        /// Requests that are too large to be kept.
        var unfit: Set<SeriesRequest> = []
        /// Whether nothing but what is new was fetched.
        var isTypical = true
    }

    /// Units that are filled with one question.
    private static let portion = 32

    private struct Key: Hashable {
        var matchers: [LabelMatcher]
        /// How far the end lies behind the tick.
        var lag: Duration
    }

    private let source: any SeriesSource
    private let count: (@Sendable ([LabelMatcher], Timestamp) async -> Int?)?
    private let lookback: Duration
    private let limits: Limits
    private let isIncomplete: @Sendable (any Error) -> Bool
    private var units: [Key: WindowUnit] = [:]
    private var places: [Key: Key] = [:]
    private var selections: [String: Set<[LabelMatcher]>] = [:]
    private var counts: [[LabelMatcher]: Int] = [:]
    private var underWay: [Key: Task<RuleFailure?, Never>] = [:]
    /// Units whose samples cannot be had, until they are tried again.
    private var incapable: Set<Key> = []
    private var figures = Statistics()
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

    // MARK: - Fetching

    /// Brings units to their ends; what others are fetching is waited for.
    private func advance(_ ends: [Key: Timestamp], _ limit: Duration, _ outcome: inout Outcome) async -> [Key:
        RuleFailure]
    {
        var failures: [Key: RuleFailure] = [:]
        var left = ends
        // Fill, histories, a fill after all: more rounds mean that the source contradicts itself.
        for _ in 0..<6 where !left.isEmpty {
            var waited: [Key: Task<RuleFailure?, Never>] = [:]
            var looks: [Key: WindowUnit.Look] = [:]
            for (key, end) in left {
                guard let look = units[key]?.look(through: end) else {
                    left[key] = nil
                    continue
                }
                if look.reason != .new { outcome.isTypical = false }
                if let task = underWay[key] { waited[key] = task } else { looks[key] = look }
            }
            for (key, task) in start(looks, limit) { waited[key] = task }
            for (key, task) in waited {
                guard let failure = await task.value else { continue }
                failures[key] = failure
                left[key] = nil
            }
        }
        for key in left.keys where units[key]?.look(through: ends[key] ?? .distantPast) != nil {
            failures[key] = .query("the source gives other samples each time")
        }
        return failures
    }

    /// One question for all that is new, one for each fill; each has a task that others can wait for.
    private func start(_ looks: [Key: WindowUnit.Look], _ limit: Duration) -> [Key: Task<RuleFailure?, Never>] {
        var tasks: [Key: Task<RuleFailure?, Never>] = [:]
        let small = looks.filter { $0.value.reason == .new || $0.value.reason == .wide }
        if !small.isEmpty {
            let together = Task { await self.carryOut(small, limit) }
            for key in small.keys { tasks[key] = Task { await together.value[key] } }
        }
        let large = Array(looks.filter { small[$0.key] == nil })
        if !large.isEmpty {
            // One portion after the other bounds the memory of what has been read and not been taken in.
            let portions = stride(from: 0, to: large.count, by: Self.portion).map {
                Array(large[$0..<Swift.min($0 + Self.portion, large.count)])
            }
            let inTurn = Task {
                var failures: [Key: RuleFailure] = [:]
                var isDown: RuleFailure?
                for portion in portions {
                    let looks = Dictionary(uniqueKeysWithValues: portion.map { ($0.key, $0.value) })
                    if let isDown {
                        // Who waits for later portions is not kept waiting for a source that does not answer.
                        self.giveUp(looks.keys)
                        for key in looks.keys { failures[key] = isDown }
                    } else {
                        let some = await self.carryOut(looks, limit)
                        if some.count == looks.count { isDown = some.values.first }
                        failures.merge(some) { $1 }
                    }
                }
                return failures
            }
            for (key, _) in large { tasks[key] = Task { await inTurn.value[key] } }
        }
        for (key, task) in tasks { underWay[key] = task }
        return tasks
    }

    private func carryOut(_ looks: [Key: WindowUnit.Look], _ limit: Duration) async -> [Key: RuleFailure] {
        let order = Array(looks)
        var failures: [Key: RuleFailure] = [:]
        defer { for key in looks.keys { underWay[key] = nil } }
        do {
            let answers = try await answers(order.map(\.value.request), limit)
            guard answers.count == order.count else { throw RuleFailure.query("the source gave no answer") }
            for ((key, look), answer) in zip(order, answers) {
                figures.looks[look.reason.rawValue, default: 0] += 1
                guard let outcome = units[key]?.take(answer.series, for: look) else { continue }
                figures.differences += outcome.differences
                if outcome.histories.isEmpty { continue }
                if let failure = await fetchHistories(outcome.histories, key, look.request.end, limit) {
                    failures[key] = failure
                }
            }
        } catch {
            // One that cannot be answered must not keep the others from their answers.
            if order.count > 1 { return await oneByOne(order, limit) }
            if isIncomplete(error) { incapable.formUnion(looks.keys) }
            for key in looks.keys { failures[key] = .query("\(error)") }
        }
        return failures
    }

    private func giveUp(_ keys: some Collection<Key>) { for key in keys { underWay[key] = nil } }

    private func answers(_ requests: [SeriesRequest], _ limit: Duration) async throws -> [SeriesResponse] {
        let source = source
        return try await Patience.within(limit) { () -> Result<[SeriesResponse], any Error> in
            do { return .success(try await source.fetch(requests)) } catch { return .failure(error) }
        } otherwise: {
            .failure($0)
        }.get()
    }

    private func oneByOne(_ looks: [(key: Key, value: WindowUnit.Look)], _ limit: Duration) async -> [Key: RuleFailure]
    {
        var failures: [Key: RuleFailure] = [:]
        for (place, (key, look)) in looks.enumerated() {
            for (failed, failure) in await carryOut([key: look], limit) { failures[failed] = failure }
            // A source that is down is not asked for every one.
            if place == 1, failures.count == 2, let failure = failures[key] {
                for (rest, _) in looks[2...] { failures[rest] = failure }
                break
            }
        }
        return failures
    }

    private func fetchHistories(_ labels: [Labels], _ key: Key, _ end: Timestamp, _ limit: Duration) async
        -> RuleFailure?
    {
        guard let unit = units[key] else { return nil }
        figures.looks["history", default: 0] += labels.count
        do {
            let answers = try await answers(labels.map { unit.history(of: $0, through: end) }, limit)
            units[key]?.take(histories: answers.flatMap(\.series), of: labels)
            return nil
        } catch {
            units[key]?.distrust()
            return .query("\(error)")
        }
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
