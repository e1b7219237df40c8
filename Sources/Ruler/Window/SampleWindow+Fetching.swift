import Base
import TimeSeries

/// Asking the source, once for all who wait.
extension SampleWindow {
    /// Units that are filled with one question at first; more as long as what comes is little.
    private static let portion = 4
    private static let largestPortion = 32
    /// Samples of a portion that are little.
    private static let fewSamples = 100_000

    /// Brings units to their ends; what others are fetching is waited for.
    func advance(_ ends: [Key: Timestamp], _ limit: Duration, _ outcome: inout Outcome) async -> [Key:
        RuleFailure]
    {
        var failures: [Key: RuleFailure] = [:]
        var left = ends
        // Fill, histories, a fill after all: more rounds mean that the source contradicts itself.
        for _ in 0..<6 where !left.isEmpty {
            var waited: [Key: Task<[Key: RuleFailure], Never>] = [:]
            var looks: [Key: WindowUnit.Look] = [:]
            for (key, end) in left {
                guard let look = units[key]?.look(through: end) else {
                    left[key] = nil
                    continue
                }
                if look.reason != .new { outcome.isTypical = false }
                if let task = underWay[key] { waited[key] = task } else { looks[key] = look }
            }
            waited.merge(start(looks, limit)) { $1 }
            for (key, task) in waited {
                guard let failure = await task.value[key] else { continue }
                failures[key] = failure
                left[key] = nil
            }
        }
        for key in left.keys where units[key]?.look(through: ends[key] ?? .distantPast) != nil {
            failures[key] = .query("the source gives other samples each time")
        }
        return failures
    }

    /// One question for all that is new, one after the other for fills; others can wait for the tasks.
    private func start(
        _ looks: [Key: WindowUnit.Look], _ limit: Duration
    ) -> [Key: Task<[Key: RuleFailure], Never>] {
        var tasks: [Key: Task<[Key: RuleFailure], Never>] = [:]
        let small = looks.filter { $0.value.reason == .new || $0.value.reason == .wide }
        if !small.isEmpty {
            let together = Task { await self.carryOut(small, limit) }
            for key in small.keys { tasks[key] = together }
        }
        let large = Array(looks.filter { small[$0.key] == nil })
        if !large.isEmpty {
            let inTurn = Task { await self.fill(large, limit) }
            for (key, _) in large { tasks[key] = inTurn }
        }
        underWay.merge(tasks) { $1 }
        return tasks
    }

    /// One portion after the other bounds the memory of what has been read and not been taken in.
    private func fill(_ large: [(key: Key, value: WindowUnit.Look)], _ limit: Duration) async -> [Key: RuleFailure] {
        var failures: [Key: RuleFailure] = [:]
        var rest = large[...]
        var size = Self.portion
        var all = 0
        while !rest.isEmpty {
            let looks = Dictionary(uniqueKeysWithValues: rest.prefix(size).map { ($0.key, $0.value) })
            rest = rest.dropFirst(size)
            taken = 0
            let some = await carryOut(looks, limit)
            failures.merge(some) { $1 }
            if some.count == looks.count, let isDown = some.values.first {
                // Who waits for later portions is not kept waiting for a source that does not answer.
                giveUp(rest.map(\.key))
                for (key, _) in rest { failures[key] = isDown }
                break
            }
            all += taken
            size = taken < Self.fewSamples ? min(size * 2, Self.largestPortion) : max(size / 2, 1)
        }
        // What was read at once is much more than what a tick brings.
        if all > Self.fewSamples { Heap.trim() }
        return failures
    }

    private func carryOut(_ looks: [Key: WindowUnit.Look], _ limit: Duration) async -> [Key: RuleFailure] {
        let order = Array(looks)
        var failures: [Key: RuleFailure] = [:]
        defer { for key in looks.keys { underWay[key] = nil } }
        do {
            let answers = try await answers(order.map(\.value.request), limit)
            guard answers.count == order.count else { throw RuleFailure.query("the source gave no answer") }
            for ((key, look), answer) in zip(order, answers) {
                taken += answer.series.reduce(0) { $0 + $1.count }
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
