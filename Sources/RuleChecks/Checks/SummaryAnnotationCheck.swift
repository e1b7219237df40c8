import Base
import RuleFiles

/// An alert that does not say in one line what is wrong.
struct SummaryAnnotationCheck: RuleCheck {
    static let description = CheckDescription(
        "summary-annotation", "an alert has no annotation 'summary'",
        reason: "The summary is the one line that a person reads on a telephone at night.", mode: .houseStyle,
        bad: [
            """
            - alert: Down
              expr: up == 0
            """
        ],
        good: [
            """
            - alert: Down
              expr: up == 0
              annotations: {summary: '{{ $labels.instance }} is down'}
            """
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting, !rule.rule.annotations.contains(where: { $0.name == "summary" && !$0.text.isEmpty })
        else { return [] }
        return [finding("the alert has no annotation 'summary'", at: rule.position(ofKey: "alert"))]
    }
}
