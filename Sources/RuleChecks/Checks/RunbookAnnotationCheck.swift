import Base
import RuleFiles

/// An alert that does not say what to do.
struct RunbookAnnotationCheck: RuleCheck {
    static let description = CheckDescription(
        "runbook-annotation", "an alert has no annotation 'runbook_url' or 'runbook'",
        reason: "Whoever is woken should not have to find out first what to do.", mode: .houseStyle,
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
              annotations: {runbook_url: 'https://wiki.example.org/down'}
            """
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting,
            !rule.rule.annotations.contains(where: { $0.name.lowercased().hasPrefix("runbook") && !$0.text.isEmpty })
        else { return [] }
        return [finding("the alert has no annotation 'runbook_url'", at: rule.position(ofKey: "alert"))]
    }
}
