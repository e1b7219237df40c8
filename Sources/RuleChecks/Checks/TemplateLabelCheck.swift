import Base
import PromQL
import RuleFiles

/// A template shows a label that no series of the expression can have: it is always empty.
struct TemplateLabelCheck: RuleCheck {
    static let name = "template-label"
    static let summary = "a label or annotation uses a label that the expression's result cannot have"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        guard rule.rule.isAlerting else { return [] }
        let templated = (rule.rule.labels + rule.rule.annotations).filter { $0.references?.labels.isEmpty == false }
        if templated.isEmpty { return [] }
        let known = LabelKnowledge(of: rule.rule.expression.expr)
        return templated.flatMap { field -> [Diagnostic] in
            // Behind a query the labels are those of its result.
            guard let references = field.references, !references.functions.contains("query") else { return [] }
            return references.labels.sorted().filter { !known.mayHave($0) }.map { label in
                warning(
                    "'\(field.name)' uses the label '\(label)', which the expression's result cannot have",
                    at: Self.place(of: label, in: field), hint: "an aggregation or matching drops it")
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
