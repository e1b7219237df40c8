import Base
import GoTemplate
import PromQL
import RuleFiles

/// A template shows a label that no series of the expression can have: it is always empty.
struct TemplateLabelCheck: RuleCheck {
    static let name = "template-label"
    static let summary = "a label or annotation uses a label that the expression's result cannot have"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        guard rule.rule.isAlerting else { return [] }
        let templated = (rule.rule.labels + rule.rule.annotations).filter { $0.text.utf8.contains(UInt8(ascii: "{")) }
        if templated.isEmpty { return [] }
        let known = LabelKnowledge(of: rule.rule.expression.expr)
        return templated.flatMap { field -> [Diagnostic] in
            guard let template = try? RuleTemplate(alert: rule.rule.name, text: field.text) else { return [] }
            // Behind a query the labels are those of its result.
            let references = template.references
            if references.functions.contains("query") { return [] }
            return references.labels.sorted().filter { !known.mayHave($0) }.map { label in
                warning(
                    "'\(field.name)' uses the label '\(label)', which the expression's result cannot have",
                    at: field.node?.position, hint: "an aggregation or matching drops it")
            }
        }
    }
}
