import Base
import TimeSeries

extension Daemon {
    /// What is wrong with the parts of the daemon at `now`.
    func conditions(_ settings: SelfWatchSettings, at now: Timestamp) async -> [SelfWatchCondition] {
        let groups = await ruler.status()
        var found = groupWatch.conditions(groups, at: now)
        found += sourceConditions(settings)
        for target in await remoteWrite.statuses() {
            guard let oldest = target.oldest, now - oldest > settings.lagAfter else { continue }
            found.append(
                SelfWatchCondition(
                    alert: .remoteWriteLagging, labels: ["target": target.host],
                    summary: "\(target.waiting) samples wait for \(target.host), the oldest since "
                        + RFC3339.string(oldest) + (target.failure.map { ": \($0.reason)" } ?? "")))
        }
        for target in await alertmanagers.statuses() {
            guard let failure = target.failure else { continue }
            found.append(
                SelfWatchCondition(
                    alert: .deliveryFailing, labels: ["target": target.host],
                    summary: "alerts do not reach the Alertmanager \(target.host): \(failure.reason)"))
        }
        for (integration, reason) in deliveries.failing {
            found.append(
                SelfWatchCondition(
                    alert: .deliveryFailing,
                    labels: [
                        "receiver": integration.receiver, "integration": "\(integration.type)[\(integration.index)]",
                    ],
                    summary: "notifications do not reach \(integration): \(reason)"))
        }
        found += stateConditions(at: now)
        return found
    }

    private func sourceConditions(_ settings: SelfWatchSettings) -> [SelfWatchCondition] {
        guard let pool = current.pool else { return [] }
        var found: [SelfWatchCondition] = []
        for one in pool.health {
            if !one.isUp {
                found.append(
                    SelfWatchCondition(
                        alert: .sourceDown, labels: ["source": one.url],
                        summary: "the source \(one.url) does not answer: \(one.failure ?? "")"))
            } else if one.latency > settings.slowAfter {
                found.append(
                    SelfWatchCondition(
                        alert: .sourceSlow, labels: ["source": one.url],
                        summary: "the source \(one.url) takes \(PrometheusDuration.string(one.latency)) to answer"))
            }
        }
        return found
    }

    private func stateConditions(at now: Timestamp) -> [SelfWatchCondition] {
        var found: [SelfWatchCondition] = []
        if let reason = store.failure {
            found.append(
                SelfWatchCondition(
                    alert: .stateFailing, labels: ["problem": "writing"], summary: "state cannot be written: \(reason)")
            )
        }
        if let reason = remoteWrite.logFailure {
            found.append(
                SelfWatchCondition(
                    alert: .stateFailing, labels: ["problem": "remote write log"],
                    summary: "the log of remote write cannot be written: \(reason)"))
        }
        // Told for an hour after the start.
        if now - startedAt < .seconds(3600), !store.notices.isEmpty {
            found.append(
                SelfWatchCondition(
                    alert: .stateFailing, labels: ["problem": "damage"],
                    summary: store.notices.joined(separator: "; "), isImmediate: true))
        }
        return found
    }

    /// Why heartbeats must not leave; nil while evaluation and delivery both work.
    func heartbeatObstacle(at now: Timestamp) async -> String? {
        if !isReady { return "not ready" }
        if let pool = current.pool, !pool.isUp { return "the source does not answer" }
        let groups = await ruler.status()
        for group in groups {
            let limit = max(group.interval * GroupWatch.patience, GroupWatch.least)
            guard let last = group.lastEvaluation else {
                // Before the first evaluation nothing is known to work.
                return "group \(group.group.name) was not evaluated yet"
            }
            if now - last > limit { return "group \(group.group.name) is late" }
        }
        let rules = groups.flatMap(\.rules)
        if !rules.isEmpty, rules.allSatisfy({ $0.health.lastError != nil }) { return "no rule gives a result" }
        if let failing = deliveries.failing.first { return "notifications do not reach \(failing.0)" }
        for target in await alertmanagers.statuses() {
            if target.failure != nil { return "alerts do not reach \(target.host)" }
        }
        return nil
    }
}
