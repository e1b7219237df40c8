import Alerts
import Base
import PromQL
import QueryEngine
import RuleFiles
import TimeSeries

/// Evaluates one rule group at each of its ticks; a slow evaluation skips ticks, none queue up.
actor GroupRunner {
    nonisolated let group: RuleGroup
    private let settings: RulerSettings
    private let querier: RuleQuerier
    private let recorded: RecordedNames
    private let sink: any RulerSink
    private let clock: any WallClock
    private let schedule: GroupSchedule
    private let expander: AlertExpander
    private let plan: GroupPlan
    private var chooser = EvaluationChooser()
    /// Texts of rules whose answers a server cannot give whole.
    private var onlyHere: Set<String> = []
    private(set) var rules: [RuleRuntime]
    private var lastTick: Timestamp?
    private var lastDuration = Duration.zero
    private var missedTicks = 0
    private var isWaiting = false
    /// Whether ALERTS_FOR_STATE of the source is still to be asked since when alerts are active.
    private var recalls = false
    private var past: [Int: [Labels: AlertingRuleCore.PastState]] = [:]

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
            interval: interval, file: group.file, name: group.name, places: isShared ? Self.sharedPlaces : nil)
        plan = querier.plan(group.rules.map { ($0.expression.expr, $0.expression.text) }, recorded)
        expander = AlertExpander(settings: settings, querier: querier, recorded: recorded)
        let known = Dictionary(earlier.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        rules = RuleRuntime.all(of: group).map { rule in
            guard let old = known[rule.key] else { return rule }
            return rule.takingOver(old)
        }
    }

    /// In how many places of the interval groups tick that share what is fetched.
    static let sharedPlaces = 2

    /// The interval in force.
    nonisolated var interval: Duration { schedule.interval }
    private nonisolated var queryOffset: Duration { group.queryOffset ?? settings.queryOffset }

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

    /// What was remembered by the clock that was set is moved with it; what was recorded in its future is dropped.
    private func clockWasSet(by step: Duration) {
        for index in rules.indices { rules[index].alerting?.shift(by: step) }
        if step < .zero { querier.overlay.drop(after: clock.now()) }
    }

    /// Puts back the alerts of the life before; what the time down moved is made durable, or the next life would count
    /// from the old instant.
    /// - Returns: the keys of rules that are here.
    func restore(_ alerts: [String: [ActiveAlert]], downSince: Timestamp, at time: Timestamp) async -> Set<String> {
        for index in rules.indices {
            guard let records = alerts[rules[index].key], var core = rules[index].alerting else { continue }
            core.restore(records, downSince: downSince, at: time, policy: settings.restorePolicy)
            rules[index].alerting = core
            let restored = records.map { (before: $0, now: core.alerts[$0.labels]) }
            let moved = restored.compactMap { $0.now?.transition == $0.before.transition ? nil : $0.now }
            let dropped = restored.filter { $0.now == nil }.map(\.before.labels)
            if moved.isEmpty, dropped.isEmpty { continue }
            await sink.persist(.init(rule: identity(index), updated: moved, removed: dropped))
        }
        return Set(rules.map(\.key))
    }

    /// Lets the next evaluation ask the source since when alerts are active.
    func recall() { recalls = true }

    /// Asks for ALERTS_FOR_STATE as far back as an outage is tolerated; tried again at the next tick when it fails.
    private func askForPast(at tick: Timestamp) async {
        let asking = rules.indices.filter { rules[$0].alerting.map { $0.holdDuration > .zero } ?? false }
        let requests = asking.map { index in
            SeriesRequest(
                matchers: [
                    LabelMatcher(Labels.metricName, equals: RuleSeries.alertsForState),
                    LabelMatcher(Labels.alertName, equals: rules[index].rule.name),
                ], start: tick - settings.restorePolicy.outageTolerance, end: tick - .milliseconds(1))
        }
        guard let answers = try? await querier.source.fetch(requests), answers.count == requests.count else { return }
        recalls = false
        for (index, answer) in zip(asking, answers) {
            past[index] = RuleSeries.pastStates(answer.series, externalLabels: settings.externalLabels)
        }
    }

    /// Hands restored alerts on with a new end, so that none ends before its rule was evaluated again.
    func prolong(at time: Timestamp) async {
        for index in rules.indices { await send(index, at: time) }
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
            var failure: RuleFailure?
            do throws(RuleFailure) {
                defer { cost += ContinuousClock.now - ruleStarted }
                let result = try querier.finish(prepared[index], fetched)
                let vector = try Self.vector(result.value)
                samples = vector.count
                try await take(vector, for: index, at: tick, queryTime: time)
            } catch {
                failure = error
            }
            // After a failure too: what fires is prolonged, so that no answer ends nothing.
            if rules[index].alerting != nil { await send(index, at: tick) }
            note(index, at: tick, started: ruleStarted, samples: samples, failure: failure)
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
        let prolonging = Task { [weak self, clock] in
            while true {
                do { try await clock.sleep(for: pause) } catch { return }
                guard let self, await self.prolongWhileWaiting() else { return }
            }
        }
        defer {
            isWaiting = false
            prolonging.cancel()
        }
        return await querier.fetch(prepared, at: time, interval: interval, offset: queryOffset)
    }

    private func prolongWhileWaiting() async -> Bool {
        for index in rules.indices where isWaiting { await send(index, at: clock.now()) }
        return isWaiting
    }

    private func note(
        _ index: Int, at tick: Timestamp, started: ContinuousClock.Instant, samples: Int, failure: RuleFailure?
    ) {
        let evaluation = RuleEvaluation(
            at: tick, duration: ContinuousClock.now - started, samples: samples,
            series: rules[index].lastSeries.count, error: failure?.description)
        rules[index].note(evaluation)
        sink.observe(
            .rule(
                identity(index), name: rules[index].rule.name, duration: evaluation.duration, samples: samples,
                error: evaluation.error))
    }

    private func identity(_ index: Int) -> RuleIdentity {
        RuleIdentity(file: group.file, group: group.name, rule: rules[index].key)
    }

    /// A scalar counts as a vector of one sample without labels.
    private static func vector(_ value: QueryValue) throws(RuleFailure) -> [VectorSample] {
        switch value {
        case .vector(let samples): samples
        case .scalar(let number, let time): [VectorSample(labels: .empty, timestamp: time, value: .float(number))]
        case .string: throw .wrongType("string")
        case .matrix: throw .wrongType("matrix")
        }
    }

    private func take(
        _ vector: [VectorSample], for index: Int, at tick: Timestamp, queryTime: Timestamp
    ) async throws(RuleFailure) {
        let runtime = rules[index]
        switch runtime.rule.kind {
        case .recording(let record):
            let samples = vector.map {
                RecordedSample(
                    labels: RuleSeries.recorded($0.labels, name: record, ruleLabels: runtime.labels),
                    timestamp: queryTime,
                    value: $0.value)
            }
            guard Set(samples.map(\.labels)).count == samples.count else { throw .duplicateLabels(isAlert: false) }
            if group.limit > 0, samples.count > group.limit {
                throw .tooManySeries(limit: group.limit, count: samples.count)
            }
            await publish(samples, for: index, at: queryTime)
        case .alerting:
            guard let templates = try runtime.templates?.get() else { return }
            let expanded = await expander.expand(vector, templates, at: tick, queryTime: queryTime)
            try await step(index, expanded, at: tick)
            let active = rules[index].alerting?.active ?? []
            await publish(
                RuleSeries.samples(of: active, at: queryTime, ruleLabels: rules[index].labels), for: index,
                at: queryTime)
        }
    }

    private func step(_ index: Int, _ samples: [AlertSample], at tick: Timestamp) async throws(RuleFailure) {
        guard var core = rules[index].alerting else { return }
        let before = Array(core.alerts.keys)
        var recalled: [ActiveAlert] = []
        if let past = past.removeValue(forKey: index) {
            recalled = core.recall(
                past, holding: Set(samples.map(\.labels)), at: tick, policy: settings.restorePolicy)
        }
        let outcome = Result { () throws(RuleFailure) in try core.apply(samples, at: tick) }
        rules[index].alerting = core
        switch outcome {
        case .success(let changes):
            // What was recalled and is as it was is news to the state folder all the same.
            let known = Set(changes.updated.map(\.labels))
            let updated = changes.updated + recalled.filter { !known.contains($0.labels) }
            if updated.isEmpty, changes.removed.isEmpty { return }
            await sink.persist(.init(rule: identity(index), updated: updated, removed: changes.removed))
        case .failure(let failure):
            if case .tooManyAlerts = failure {
                await sink.persist(.init(rule: identity(index), updated: [], removed: before))
            }
            throw failure
        }
    }

    /// Lets later rules and remote write see the samples, and ends the series that are gone.
    private func publish(_ samples: [RecordedSample], for index: Int, at time: Timestamp) async {
        let now = Set(samples.map(\.labels))
        let all = samples + RuleSeries.staleMarkers(before: rules[index].lastSeries, now: now, at: time)
        rules[index].lastSeries = now
        if all.isEmpty { return }
        _ = querier.overlay.append(all.map(\.series))
        await sink.record(all)
    }

    /// Hands on what is due: what fires, and ends that were not told lately.
    private func send(_ index: Int, at time: Timestamp) async {
        guard var core = rules[index].alerting else { return }
        let due = core.takeDue(at: time, interval: interval, resendDelay: settings.resendDelay)
        rules[index].alerting = core
        if due.isEmpty { return }
        let link = expander.generatorURL(of: rules[index].rule)
        await sink.send(due.map { expander.posted($0, generatorURL: link) })
    }

    /// Ends every series of the rules: what is done when the group is gone.
    func endSeries(at time: Timestamp, keeping kept: Set<String>) async {
        for index in rules.indices where !kept.contains(rules[index].key) {
            await publish([], for: index, at: time)
            if let alerts = rules[index].alerting?.alerts, !alerts.isEmpty {
                await sink.persist(.init(rule: identity(index), updated: [], removed: Array(alerts.keys)))
            }
        }
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
