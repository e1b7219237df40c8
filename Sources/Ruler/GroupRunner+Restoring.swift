import Base
import TimeSeries

/// What a group brings over restarts, reloads and clocks that are set.
extension GroupRunner {
    /// What was remembered by the clock that was set is moved with it; what was recorded in its future is dropped.
    func clockWasSet(by step: Duration) {
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
            // What the life before wrote is ended by the first evaluation that does not give it any more.
            let written = RuleSeries.samples(of: records, at: downSince, ruleLabels: rules[index].labels)
            rules[index].lastSeries = Set(written.map(\.labels))
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
    func askForPast(at tick: Timestamp) async {
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

    /// Ends every series of the rules: what is done when the group is gone.
    func endSeries(at time: Timestamp, keeping kept: Set<String>) async {
        for index in rules.indices where !kept.contains(rules[index].key) {
            await publish([], for: index, at: time)
            if let alerts = rules[index].alerting?.alerts, !alerts.isEmpty {
                await sink.persist(.init(rule: identity(index), updated: [], removed: Array(alerts.keys)))
            }
        }
    }
}
