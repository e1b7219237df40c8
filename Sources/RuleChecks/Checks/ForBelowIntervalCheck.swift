import Base
import RuleFiles

/// A `for` shorter than the group's interval: it passes at the second evaluation, so it waits for the whole interval.
struct ForBelowIntervalCheck: RuleCheck {
    static let name = "for-below-interval"
    static let summary = "an alert's 'for' is shorter than the interval of its group"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        guard case .alerting(_, let wait, _) = rule.rule.kind, let interval = rule.group.interval, wait > .zero,
            wait < interval
        else { return [] }
        let place = rule.rule.node?["for"]?.position ?? rule.rule.position
        return [
            warning(
                "'for' of \(PrometheusDuration.string(wait)) is shorter than the group's interval of "
                    + "\(PrometheusDuration.string(interval)), so it means the interval",
                at: place)
        ]
    }
}
