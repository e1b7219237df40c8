import Base
import RuleFiles

/// An alert lacks an annotation that the house demands, or its text does not fit.
struct RequiredAnnotationsCheck: RuleCheck {
    static let description = CheckDescription(
        "required-annotations",
        "an alert lacks an annotation of 'required_annotations', or its text does not fit the pattern",
        reason: """
            `required_annotations` in `.ruleval-lint.yml` maps names to patterns that fit the whole text; it switches the check on. A text with
            a template fits any pattern.
            """,
        mode: .houseStyle,
        bad: [
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                """,
                configuration: """
                    required_annotations:
                      dashboard: ''
                    """),
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  annotations: {dashboard: /d/42}
                """,
                configuration: """
                    required_annotations:
                      dashboard: https://.+
                    """),
        ],
        good: [
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  annotations: {dashboard: 'https://grafana.example.org/d/42'}
                """,
                configuration: """
                    required_annotations:
                      dashboard: https://.+
                    """)
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting else { return [] }
        return rule.configuration.requiredAnnotations.compactMap { required in
            required.complaint(about: rule.rule.annotations, called: "annotation").map {
                finding($0.message, at: $0.place ?? rule.position(ofKey: "alert"))
            }
        }
    }
}
