import Base
import PromQL

/// `irate` looks at the last two samples only: an alert on it flaps, and its `for` starts again and again.
struct IrateInAlertCheck: RuleCheck {
    static let description = CheckDescription(
        "irate-in-alert", "an alert uses irate, which looks at two samples only",
        reason: """
            `irate` is the slope between the last two samples of its range. One outlier raises the alert, one dip ends it and starts its
            `for` again. It is made for graphs of fast changes; `rate` is for alerts. An `irate` that a subquery smooths is left alone.
            """,
        bad: [
            """
            - alert: Errors
              expr: irate(errors_total[5m]) > 1
            """
        ],
        good: [
            """
            - alert: Errors
              expr: rate(errors_total[5m]) > 1
            """,
            """
            - record: r
              expr: irate(errors_total[5m])
            """,
            """
            - alert: Errors
              expr: avg_over_time(irate(errors_total[5m])[10m:]) > 1
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting, rule.calls.contains(where: { $0.function == "irate" }) else { return [] }
        var found: [Finding] = []
        visit(rule.expr, rule, &found)
        return found
    }

    private func visit(_ expr: Expr, _ rule: RuleContext, _ found: inout [Finding]) {
        if case .subquery = expr { return }
        if case .call(let call) = expr, call.function == "irate" {
            found.append(
                finding(
                    "irate looks at the last two samples only: one outlier raises the alert, one dip ends it",
                    at: rule.position(of: call.range), hint: "rate is steadier"))
        }
        for child in expr.children { visit(child, rule, &found) }
    }
}
