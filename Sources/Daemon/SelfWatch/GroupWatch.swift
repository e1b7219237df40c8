import Base
import Ruler
import TimeSeries

/// Which groups are late or skip ticks, and which rules fail.
struct GroupWatch: Sendable {
    /// So many intervals may pass between two evaluations.
    static let patience = 3
    /// At least so long, whatever the interval.
    static let least = Duration.seconds(10)

    private struct Key: Hashable {
        var file: String
        var name: String
    }
    private struct Seen {
        var missed: Int
        var since: Timestamp
        var lastMiss: Timestamp?
    }

    private var seen: [Key: Seen] = [:]

    /// What is wrong with the groups at `now`.
    mutating func conditions(_ groups: [RuleGroupStatus], at now: Timestamp) -> [SelfWatchCondition] {
        var found: [SelfWatchCondition] = []
        var present: [Key: Seen] = [:]
        for status in groups {
            let key = Key(file: status.group.file, name: status.group.name)
            var one = seen[key] ?? Seen(missed: status.missedTicks, since: now)
            if status.missedTicks > one.missed { one.lastMiss = now }
            one.missed = status.missedTicks
            present[key] = one
            let labels: [(String, String)] = [("file", key.file), ("group", key.name)]
            if let summary = lateness(status, one, at: now) {
                found.append(SelfWatchCondition(alert: .groupLate, labels: Labels(labels), summary: summary))
            }
            for rule in status.rules {
                guard let reason = rule.health.lastError else { continue }
                found.append(
                    SelfWatchCondition(
                        alert: .ruleFailing, labels: Labels(labels + [("rule", rule.rule.name)]),
                        summary: "rule \(rule.rule.name) of group \(key.name) gives no result: \(reason)"))
            }
        }
        seen = present
        return found
    }

    private func lateness(_ status: RuleGroupStatus, _ one: Seen, at now: Timestamp) -> String? {
        let limit = max(status.interval * Self.patience, Self.least)
        let last = status.lastEvaluation ?? one.since
        if now - max(last, one.since) > limit {
            return "group \(status.group.name) was evaluated last \(PrometheusDuration.string(now - last)) ago, "
                + "its interval is \(PrometheusDuration.string(status.interval))"
        }
        if let miss = one.lastMiss, now - miss <= limit {
            return "group \(status.group.name) skips ticks: \(one.missed) so far"
        }
        return nil
    }
}
