import Base
import PromQL

/// An alert whose expression never drops a series: it fires as long as the metric exists, whatever its value.
struct AlertWithoutConditionCheck: RuleCheck {
    static let description = CheckDescription(
        "alert-without-condition",
        "an alert's expression has neither a comparison nor absent, so that it fires on any value",
        reason: """
            An alert fires for every series that its expression gives, also when the value is 0. Without a comparison, `and`, `unless` or
            `absent` that is every series that exists; a comparison with `bool` gives 0 and 1 and drops nothing. Left alone are
            expressions without any metric (`vector(1)` of a dead man's switch), and recorded metrics and ALERTS, whose own rules may
            have the condition.
            """,
        bad: [
            """
            - alert: Errors
              expr: rate(errors_total[5m])
            """,
            """
            - alert: Down
              expr: up == bool 0
            """,
        ],
        good: [
            """
            - alert: Errors
              expr: rate(errors_total[5m]) > 0
            """,
            """
            - alert: Down
              expr: absent(up)
            """,
            """
            - alert: Watchdog
              expr: vector(1)
            """,
            """
            - alert: Recorded
              expr: job:errors:too_many
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting, !rule.selectors.isEmpty, !rule.expr.canDropSeries,
            !rule.selectors.contains(where: Self.isRecorded)
        else { return [] }
        return [
            finding(
                "the alert fires whenever its expression gives a series, whatever the value",
                at: rule.position(of: rule.expr.range), hint: "compare it: 'expr > threshold'")
        ]
    }

    private static func isRecorded(_ selector: VectorSelector) -> Bool {
        guard let name = selector.metricName else { return true }
        return name == "ALERTS" || name == "ALERTS_FOR_STATE" || name.contains(":")
    }
}
