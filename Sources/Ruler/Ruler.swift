import Base
import RuleFiles
import TimeSeries

/// Runs all rule groups: starts them, replaces them on reload, stops them.
public actor Ruler {
    private struct Entry {
        var runner: GroupRunner
        var task: Task<Void, Never>?
    }

    private struct GroupKey: Hashable {
        var file: String
        var name: String

        init(file: String, name: String) {
            self.file = file
            self.name = name
        }

        init(_ group: RuleGroup) { self.init(file: group.file, name: group.name) }
    }

    private let sink: any RulerSink
    private let clock: any WallClock
    private var entries: [GroupKey: Entry] = [:]
    private var order: [GroupKey] = []
    /// What ends the series of groups that are gone.
    private var endings: [Int: Task<Void, Never>] = [:]
    private var nextEnding = 0
    private var recorded = RecordedNames([])
    private var isRunning = false

    /// A ruler without groups.
    public init(sink: any RulerSink, clock: any WallClock) {
        self.sink = sink
        self.clock = clock
    }

    /// Replaces all groups: rules that are the same by file, group, name and labels keep their alerts.
    public func load(_ files: [RuleFile], settings: RulerSettings, querier: RuleQuerier) async {
        await load(files, settings: settings) { _ in querier }
    }

    /// The same, where groups may ask in different ways.
    /// - Parameter querier: Who answers the queries of a group.
    public func load(
        _ files: [RuleFile], settings: RulerSettings, querier: @Sendable (RuleGroup) -> RuleQuerier
    ) async {
        let groups = files.flatMap(\.groups)
        var recorded = RecordedNames(groups.flatMap(\.rules).filter { !$0.isAlerting }.map(\.name))
        if let first = groups.first { recorded = recorded.joined(by: self.recorded, in: querier(first).overlay) }
        self.recorded = recorded
        var earlier: [GroupKey: [RuleRuntime]] = [:]
        let old = entries
        for (key, entry) in old {
            entry.task?.cancel()
            await entry.task?.value
            earlier[key] = await entry.runner.rules
        }
        entries = [:]
        order = groups.map(GroupKey.init)
        for group in groups {
            let key = GroupKey(group)
            let runner = GroupRunner(
                group: group, settings: settings, querier: querier(group), recorded: recorded, sink: sink, clock: clock,
                takingOver: earlier[key] ?? [])
            entries[key] = Entry(runner: runner, task: nil)
        }
        var added: Set<String> = []
        for (key, entry) in entries {
            added.formUnion(Set(await entry.runner.rules.map(\.key)).subtracting(earlier[key]?.map(\.key) ?? []))
        }
        let now = clock.now()
        for (key, entry) in old {
            let runner = entry.runner
            let unended = await runner.takeEnding()
            let successor = entries[key]?.runner
            let kept = await successor?.rules.map(\.key) ?? []
            let (gone, moved) = await runner.forget(keeping: Set(kept), movedTo: added)
            await successor?.endNext(gone.union(unended))
            let later = successor == nil ? gone.union(moved).union(unended) : moved
            if !later.isEmpty { endLater(later, of: runner, at: now) }
        }
        if isRunning { start() }
    }

    private func endLater(_ series: Set<Labels>, of runner: GroupRunner, at time: Timestamp) {
        let number = nextEnding
        nextEnding += 1
        endings[number] = Task {
            await runner.endLater(series, at: time)
            endings[number] = nil
        }
    }

    /// Takes all groups away, as after a reload that names no source any more.
    public func unload() async {
        for entry in entries.values {
            entry.task?.cancel()
            await entry.task?.value
            let series = await entry.runner.forget(keeping: []).gone.union(entry.runner.takeEnding())
            await entry.runner.end(series, at: clock.now())
        }
        entries = [:]
        order = []
    }

    /// Puts the alerts of the life before back and hands the firing ones on at once.
    public func restore(_ records: [RuleIdentity: [ActiveAlert]], downSince: Timestamp) async {
        let now = clock.now()
        var byGroup: [GroupKey: [String: [ActiveAlert]]] = [:]
        for (identity, alerts) in records {
            byGroup[GroupKey(file: identity.file, name: identity.group), default: [:]][identity.rule] = alerts
        }
        for (key, alerts) in byGroup {
            let known = await entries[key]?.runner.restore(alerts, downSince: downSince, at: now) ?? []
            await entries[key]?.runner.prolong(at: now)
            // Rules that are gone since leave nothing behind.
            for (rule, alerts) in alerts where !known.contains(rule) {
                await sink.persist(
                    .init(
                        rule: RuleIdentity(file: key.file, group: key.name, rule: rule), updated: [],
                        removed: alerts.map(\.labels)))
            }
        }
    }

    /// Asks the source, with the first evaluation of each group, since when alerts are active: what is done where the
    /// state folder is new or lacks something.
    public func recall() async {
        for entry in entries.values { await entry.runner.recall() }
    }

    /// Begins to tick.
    public func start() {
        isRunning = true
        for (key, entry) in entries where entry.task == nil {
            let runner = entry.runner
            entries[key]?.task = Task { await runner.run() }
        }
    }

    /// Stops all groups and returns when the evaluations under way are over.
    public func stop() async {
        isRunning = false
        for entry in entries.values { entry.task?.cancel() }
        let waiting = endings.values
        for ending in waiting { ending.cancel() }
        for ending in waiting { await ending.value }
        for key in order {
            await entries[key]?.task?.value
            entries[key]?.task = nil
        }
    }

    /// Evaluates every group once at `tick`, in the order of the files: what tests and the demo's single cycle use.
    public func evaluateAll(at tick: Timestamp) async {
        for key in order { await entries[key]?.runner.evaluate(at: tick) }
    }

    /// All groups, in the order of the files.
    public func status() async -> [RuleGroupStatus] {
        var all: [RuleGroupStatus] = []
        for key in order {
            if let runner = entries[key]?.runner { all.append(await runner.status()) }
        }
        return all
    }
}
