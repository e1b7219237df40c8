import Base
import PromQL

/// `irate` looks at the last two samples only: an alert on it flaps, and its `for` starts again and again.
struct IrateInAlertCheck: RuleCheck {
    static let name = "irate-in-alert"
    static let summary = "an alert uses irate, which looks at two samples only"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        guard rule.rule.isAlerting else { return [] }
        return rule.parts.compactMap { expr in
            guard case .call(let call) = expr, call.function == "irate" else { return nil }
            return warning(
                "irate looks at the last two samples only: one outlier raises the alert, one dip ends it",
                at: rule.position(of: expr), hint: "rate is steadier")
        }
    }
}
