import Base
import PromQL
import RuleFiles

/// A template shows a label that no series of the expression can have: it is always empty.
struct TemplateLabelCheck: RuleCheck {
    static let description = CheckDescription(
        "template-label", "a label or annotation uses a label that the expression's result cannot have",
        reason: """
            `{{ $labels.instance }}` is empty when the expression says `sum by (job) (…)`: the aggregation, a matching `on (…)`, or `absent` has
            dropped the label. The page then reads "instance  is down". `{{ $labels.alertname }}` is empty too: templates see the
            labels of the expression's result, not those of the alert.
            """,
        bad: [
            """
            - alert: Down
              expr: sum by (job) (up) == 0
              annotations: {summary: '{{ $labels.instance }} is down'}
            """,
            """
            - alert: Gone
              expr: absent(up{job='api'})
              labels: {where: '{{ .Labels.instance }}'}
            """,
            """
            - alert: Down
              expr: up == 0
              annotations: {summary: '{{ $labels.alertname }}'}
            """,
        ],
        good: [
            """
            - alert: Down
              expr: sum by (job) (up) == 0
              annotations: {summary: '{{ $labels.job }} is down'}
            """,
            """
            - alert: Gone
              expr: absent(up{job='api'})
              labels: {where: '{{ .Labels.job }}'}
            """,
            """
            - alert: Old
              expr: a * on (x) group_left (y) b > 1
              annotations: {summary: '{{ $labels.y }}'}
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting else { return [] }
        let templated = (rule.rule.labels + rule.rule.annotations).filter { $0.references?.labels.isEmpty == false }
        if templated.isEmpty { return [] }
        let possible = rule.expr.possibleLabels
        let readsAlerts = rule.selectors.contains {
            $0.metricName.map { $0.hasPrefix("ALERTS") || $0.contains(":") } ?? true
        }
        return templated.flatMap { field -> [Finding] in
            // Behind a query the labels are those of its result.
            guard let references = field.references, !references.functions.contains("query") else { return [] }
            return references.labels.sorted().compactMap { label in
                let isAlertName = label == "alertname" && !readsAlerts
                guard isAlertName || !possible.contains(label) else { return nil }
                return finding(
                    "'\(field.name)' uses the label '\(label)', which the expression's result cannot have",
                    at: Self.place(of: label, in: field),
                    hint: isAlertName
                        ? "templates see the labels of the expression, not of the alert"
                        : "an aggregation or matching drops it")
            }
        }
    }

    /// Where the template names the label: behind the first `.label`, else where the text begins.
    private static func place(of label: String, in field: RuleField) -> SourcePosition? {
        let text = field.text
        guard let range = text.firstRange(of: "." + label) else { return field.node?.position }
        let offset = text.utf8.distance(from: text.utf8.startIndex, to: range.lowerBound)
        return field.node?.position(ofUTF8Offset: offset + 1)
    }
}
