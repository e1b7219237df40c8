import Alerts
import Base
import PromQL
import QueryEngine
import RuleFiles
import TimeSeries

/// Evaluates one rule group at each of its ticks; a slow evaluation skips ticks, none queue up.
actor GroupRunner {
    nonisolated let group: RuleGroup
    let settings: RulerSettings
    let querier: RuleQuerier
    private let recorded: RecordedNames
    let sink: any RulerSink
    let clock: any WallClock
    private let schedule: GroupSchedule
    let expander: AlertExpander
    private let plan: GroupPlan
    private var chooser = EvaluationChooser()
    /// Texts of rules whose answers a server cannot give whole.
    private var onlyHere: Set<String> = []
    var rules: [RuleRuntime]
    private var lastTick: Timestamp?
    private var lastDuration = Duration.zero
    private var missedTicks = 0
    private var isWaiting = false
    /// Whether ALERTS_FOR_STATE of the source is still to be asked since when alerts are active.
    var recalls = false
    var past: [Int: [Labels: AlertingRuleCore.PastState]] = [:]
    /// Series of rules that are gone, ended with the next evaluation.
    private var ending: Set<Labels> = []

    init(
        group: RuleGroup, settings: RulerSettings, querier: RuleQuerier, recorded: RecordedNames, sink: any RulerSink,
        clock: any WallClock, takingOver earlier: [RuleRuntime] = []
    ) {
        self.group = group
        self.settings = settings
        self.querier = querier
        self.recorded = recorded
        self.sink = sink
        self.clock = clock
        let interval = group.interval.flatMap { $0 > .zero ? $0 : nil } ?? settings.evaluationInterval
        // What is fetched for one group at a tick serves all that tick with it.
        let isShared = querier.policy == .always(.local) && querier.window != nil
        schedule = GroupSchedule(
            interval: interval, file: group.file, name: group.name, together: isShared)
        plan = querier.plan(group.rules.map { ($0.expression.expr, $0.expression.text) }, recorded)
        expander = AlertExpander(settings: settings, querier: querier, recorded: recorded)
        let known = Dictionary(earlier.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        rules = RuleRuntime.all(of: group).map { rule in
            guard let old = known[rule.key] else { return rule }
            return rule.takingOver(old)
        }
    }

    /// The interval in force.
    nonisolated var interval: Duration { schedule.interval }
    nonisolated var queryOffset: Duration { group.queryOffset ?? settings.queryOffset }

    /// Ticks until its task is cancelled.
    func run() async {
        var tick = schedule.tick(after: clock.now())
        var steps = ClockSteps(clock)
        while !Task.isCancelled {
            do { tick = try await wait(for: tick) } catch { return }
            if let step = steps.take(clock) { clockWasSet(by: step) }
            await evaluate(at: tick)
            let (next, missed) = schedule.next(after: tick, now: clock.now())
            missedTicks += missed
            if missed > 0 {
                sink.observe(
                    .group(file: group.file, name: group.name, duration: lastDuration, missed: missed, at: tick))
            }
            tick = next
        }
    }

    /// Sleeps until `tick`, or until the tick that comes first where the clock was set back meanwhile.
    private func wait(for tick: Timestamp) async throws -> Timestamp {
        var tick = tick
        while true {
            let left = tick - clock.now()
            if left <= .zero { return tick }
            if left > interval { tick = schedule.tick(after: clock.now()) }
            try await clock.doze(until: tick, atMost: min(interval, .seconds(60)))
        }
    }

    /// Evaluates all rules for one tick, each seeing what those before it gave.
    func evaluate(at tick: Timestamp) async {
        let started = ContinuousClock.now
        let time = tick - queryOffset
        let place = place
        let prepared = plan.expressions.map {
            querier.prepare($0, at: time, place: onlyHere.contains($0.text) ? .local : place)
        }
        let fetched = await fetch(prepared, at: time)
        var cost = ContinuousClock.now - started
        if recalls { await askForPast(at: tick) }
        if Task.isCancelled { return }
        onlyHere.formUnion(fetched.computed.keys)
        for index in rules.indices {
            let ruleStarted = ContinuousClock.now
            var samples = 0
            var warnings: [String] = []
            var failure: RuleFailure?
            do throws(RuleFailure) {
                defer { cost += ContinuousClock.now - ruleStarted }
                let result = try querier.finish(prepared[index], fetched)
                warnings = result.annotations.warnings
                let vector = try Self.vector(result.value)
                samples = vector.count
                try await take(vector, for: index, at: tick, queryTime: time)
            } catch {
                failure = error
            }
            // After a failure too: what fires is prolonged, so that no answer ends nothing.
            if rules[index].alerting != nil { await send(index, at: tick) }
            note(index, at: tick, started: ruleStarted, samples: samples, warnings: warnings, failure: failure)
        }
        if !ending.isEmpty {
            await end(ending, at: time)
            ending = []
        }
        if querier.policy == .byCost { await choose(cost, fetched, at: time) }
        lastTick = tick
        lastDuration = ContinuousClock.now - started
        sink.observe(.group(file: group.file, name: group.name, duration: lastDuration, missed: 0, at: tick))
    }

    /// Where the queries of the next tick are computed.
    private var place: EvaluationPlace {
        switch querier.policy {
        case .always(let place): place
        case .byCost: chooser.place
        }
    }

    private func choose(_ cost: Duration, _ fetched: RuleQuerier.Fetched, at time: Timestamp) async {
        if chooser.place == .local, !fetched.unfit.isEmpty { return chooser.noteFailure(at: time) }
        // A failed tick tells nothing of costs.
        guard rules.contains(where: { $0.health.lastError == nil }) else { return }
        var mayCompute = querier.window != nil && plan.questions.count > 1
        if mayCompute { mayCompute = await !querier.shortcomings.isApproximate() }
        chooser.note(cost, isTypical: fetched.isTypical, mayCompute: mayCompute, at: time)
    }

    /// The answers. While they are waited for firing alerts are prolonged: a late answer ends none.
    private func fetch(_ prepared: [RuleQuerier.Prepared], at time: Timestamp) async -> RuleQuerier.Fetched {
        guard prepared.contains(where: \.needsFetching) else { return RuleQuerier.Fetched() }
        isWaiting = true
        let pause = max(interval, settings.resendDelay)
        let hasAlerts = rules.contains { !($0.alerting?.alerts.isEmpty ?? true) }
        let prolonging =
            !hasAlerts
            ? nil
            : Task { [weak self, clock] in
                while true {
                    do { try await clock.sleep(for: pause) } catch { return }
                    guard let self, await self.prolongWhileWaiting() else { return }
                }
            }
        defer {
            isWaiting = false
            prolonging?.cancel()
        }
        return await querier.fetch(prepared, at: time, interval: interval, offset: queryOffset)
    }

    private func prolongWhileWaiting() async -> Bool {
        for index in rules.indices where isWaiting { await send(index, at: clock.now()) }
        return isWaiting
    }

    /// Ends series with the next evaluation, unless one of the rules goes on with them.
    func endNext(_ series: Set<Labels>) { ending.formUnion(series) }

    /// What ``endNext(_:)`` was told and no evaluation did yet.
    func takeEnding() -> Set<Labels> {
        defer { ending = [] }
        return ending
    }

    /// The group as API and page show it.
    func status() -> RuleGroupStatus {
        RuleGroupStatus(
            group: group, interval: interval, lastEvaluation: lastTick, duration: lastDuration,
            missedTicks: missedTicks,
            evaluation: GroupEvaluation(
                place: querier.server == nil ? .local : place, isChosen: querier.policy == .byCost,
                remoteCost: chooser.remoteCost, localCost: chooser.localCost),
            rules: rules.map { runtime in
                RuleStatus(
                    rule: runtime.rule, labels: runtime.labels.map { .init(name: $0.name, text: $0.value) },
                    health: runtime.health, recent: runtime.recent, state: runtime.alerting?.state,
                    alerts: runtime.alerting?.active ?? [])
            })
    }
}
