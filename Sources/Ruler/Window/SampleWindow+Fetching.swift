import Base
import TimeSeries

/// Asking the source, once for all who wait.
extension SampleWindow {
    /// Units that are filled with one question.
    private static let portion = 32

    /// Brings units to their ends; what others are fetching is waited for.
    func advance(_ ends: [Key: Timestamp], _ limit: Duration, _ outcome: inout Outcome) async -> [Key:
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
