import Base
import RuleFiles

/// A rule group as it is now: what API and page show.
public struct RuleGroupStatus: Sendable {
    /// The group as loaded.
    public var group: RuleGroup
    /// The interval in force.
    public var interval: Duration
    /// The newest tick that was evaluated.
    public var lastEvaluation: Timestamp?
    /// How long that took.
    public var duration: Duration
    /// Ticks that were skipped because an evaluation took too long.
    public var missedTicks: Int
    /// Where its queries are computed.
    public var evaluation: GroupEvaluation
    /// In the order of evaluation.
    public var rules: [RuleStatus]
}

/// A rule as it is now.
public struct RuleStatus: Sendable {
    /// The rule as loaded.
    public var rule: Rule
    /// Its labels with those of its group.
    public var labels: [RuleField]
    /// How its last evaluation went.
    public var health: RuleHealth
    /// Its newest evaluations, the newest last.
    public var recent: [RuleEvaluation] = []
    /// The highest state of its alerts; nil for recording rules.
    public var state: AlertState?
    /// Pending and firing alerts.
    public var alerts: [ActiveAlert]

    /// Samples that its last evaluation gave: those recorded, or ALERTS and ALERTS_FOR_STATE of each alert; none when it
    /// failed.
    public var samplesGiven: Int {
        if health.lastError != nil { return 0 }
        return state == nil ? health.samples : 2 * alerts.count
    }
}
