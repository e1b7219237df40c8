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

    /// Forgets the rules that are gone with a reload.
    /// - Parameter elsewhere: Rules that are new in other groups.
    /// - Returns: their series, which are to be ended; apart those of rules that may have moved to another group.
    func forget(
        keeping kept: Set<String>, movedTo elsewhere: Set<String> = []
    ) async -> (gone: Set<Labels>, moved: Set<Labels>) {
        var series: (gone: Set<Labels>, moved: Set<Labels>) = ([], [])
        for index in rules.indices where !kept.contains(rules[index].key) {
            if elsewhere.contains(rules[index].key) {
                series.moved.formUnion(rules[index].lastSeries)
            } else {
                series.gone.formUnion(rules[index].lastSeries)
            }
            rules[index].lastSeries = []
            if let alerts = rules[index].alerting?.alerts, !alerts.isEmpty {
                await sink.persist(.init(rule: identity(index), updated: [], removed: Array(alerts.keys)))
            }
        }
        return series
    }

    /// Ends `series` of the group that is gone as of `time`, two intervals later: a group that goes on with them under
    /// another name has written newer samples by then, and nothing is ended.
    ///
    /// - Source: observed on Prometheus 3.5.3.
    func endLater(_ series: Set<Labels>, at time: Timestamp) async {
        do { try await clock.sleep(until: time + interval * 2) } catch { return }
        await end(series, at: time - queryOffset)
    }
}
