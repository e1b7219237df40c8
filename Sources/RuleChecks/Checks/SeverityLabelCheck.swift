import Base
import RuleFiles

/// An alert without a severity.
struct SeverityLabelCheck: RuleCheck {
    static let description = CheckDescription(
        "severity-label", "an alert has no label 'severity'",
        reason: "Routes decide by severity who is told, and how. Labels of the group count.", mode: .houseStyle,
        bad: [
            """
            - alert: Down
              expr: up == 0
            """,
            """
            - alert: Down
              expr: up == 0
              labels: {severity: ''}
            """,
        ],
        good: [
            """
            - alert: Down
              expr: up == 0
              labels: {severity: critical}
            """,
            """
            groups:
            - name: example
              labels: {severity: warning}
              rules:
              - alert: Down
                expr: up == 0
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting,
            !rule.rule.labels(in: rule.group).contains(where: { $0.name == "severity" && !$0.text.isEmpty })
        else { return [] }
        return [finding("the alert has no label 'severity'", at: rule.position(ofKey: "alert"))]
    }
}
