import Base
import PromQL

/// An alert whose expression never drops a series: it fires as long as the metric exists, whatever its value.
struct AlertWithoutConditionCheck: RuleCheck {
    static let name = "alert-without-condition"
    static let summary = "an alert's expression has neither a comparison nor absent, so that it fires on any value"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        let expr = rule.rule.expression.expr
        guard rule.rule.isAlerting, !Self.hasCondition(rule.parts) else { return [] }
        return [
            warning(
                "the alert fires whenever its expression gives a series, whatever the value",
                at: rule.position(of: expr), hint: "compare it: 'expr > threshold'")
        ]
    }

    private static func hasCondition(_ parts: [Expr]) -> Bool {
        parts.contains { part in
            switch part {
            case .binary(let node):
                (node.op.isComparison && !node.returnsBool) || node.op == .and || node.op == .unless
            case .call(let node): ["absent", "absent_over_time"].contains(node.function)
            case .vectorSelector(let node): node.metricName.map { $0 == "ALERTS" || $0.contains(":") } ?? false
            default: false
            }
        }
    }
}
