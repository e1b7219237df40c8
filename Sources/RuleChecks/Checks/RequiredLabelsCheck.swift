import Base
import RuleFiles

/// An alert lacks a label that the house demands, or has another value than those allowed.
struct RequiredLabelsCheck: RuleCheck {
    static let description = CheckDescription(
        "required-labels", "an alert lacks a label of 'required_labels', or its value does not fit the pattern",
        reason: """
            `required_labels` in `.ruleval-lint.yml` maps names to patterns that fit the whole value; it switches the check on. Labels of the
            group count; a value with a template fits any pattern.
            """,
        mode: .houseStyle,
        bad: [
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  labels: {severity: page}
                """,
                configuration: """
                    required_labels:
                      severity: critical|warning
                    """),
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                """,
                configuration: """
                    required_labels:
                      team: .+
                    """),
        ],
        good: [
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  labels: {severity: warning, team: '{{ $labels.team }}'}
                """,
                configuration: """
                    required_labels:
                      severity: critical|warning
                      team: '[a-z]+'
                    """)
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting else { return [] }
        let labels = rule.rule.labels(in: rule.group)
        return rule.configuration.requiredLabels.compactMap { required in
            required.complaint(about: labels, called: "label").map {
                finding($0.message, at: $0.place ?? rule.position(ofKey: "alert"))
            }
        }
    }
}

extension LintConfiguration.Requirement {
    /// What is wrong with the field of this name, or that there is none; nil when it fits.
    func complaint(about fields: [RuleField], called what: String) -> (message: String, place: SourcePosition?)? {
        guard let field = fields.last(where: { $0.name == name }), !field.text.isEmpty else {
            return ("the alert has no \(what) '\(name)'", nil)
        }
        if field.text.contains("{{") || pattern.matches(field.text) { return nil }
        return (
            "the \(what) '\(name)' is \"\(field.text)\", which does not fit \(pattern.pattern)", field.node?.position
        )
    }
}
