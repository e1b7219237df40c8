import Base
import PromQL
import PrometheusAPI
import RuleFiles

/// A grouping, matching or template asks for a label that no series has.
struct LabelMissingCheck: OnlineCheck {
    static let description = CheckDescription(
        "label-missing", "a grouping, a matching or a template asks for a label that none of the server's series have",
        reason: """
            `sum by (cluster) (…)` of series without a label `cluster` is one sum over everything, and `{{ $labels.cluster }}` is empty. Asked are
            the labels that the selected series have now; where no series is found, nothing is said.
            """,
        mode: .online, bad: ["- record: r\n  expr: sum by (no_such_label) (up)"],
        good: ["- record: r\n  expr: sum by (job) (up)"])

    func findings(in rule: RuleContext, _ server: AskedServer) async throws(PrometheusError) -> [Finding] {
        var found: [Finding] = []
        for aggregate in rule.aggregates where !aggregate.isWithout {
            for label in aggregate.grouping where try await isMissing(label, in: aggregate.inner, server) {
                found.append(told(label, "by (\(label))", at: rule.position(of: aggregate.range)))
            }
        }
        for binary in rule.binaries {
            guard let matching = binary.matching, matching.isOn else { continue }
            for label in matching.labels {
                for side in [binary.left, binary.right] where try await isMissing(label, in: side, server) {
                    found.append(told(label, "on (\(label))", at: rule.position(of: side.range)))
                }
            }
        }
        guard rule.rule.isAlerting else { return found }
        for field in rule.rule.labels + rule.rule.annotations {
            guard let references = field.references, !references.functions.contains("query") else { continue }
            for label in references.labels.sorted() where try await isMissing(label, in: rule.expr, server) {
                found.append(told(label, "'\(field.name)'", at: field.node?.position))
            }
        }
        return found
    }

    private func told(_ label: String, _ place: String, at position: SourcePosition?) -> Finding {
        finding("\(place) asks for the label '\(label)', which none of the server's series here have", at: position)
    }

    /// Whether the label could be there by the expression, but no series below has it.
    private func isMissing(_ label: String, in expr: Expr, _ server: AskedServer) async throws(PrometheusError)
        -> Bool
    {
        guard expr.possibleLabels.contains(label), !expr.makesLabels else { return false }
        let selectors = expr.vectorSelectors
        if selectors.isEmpty || selectors.count > 20 { return false }
        for selector in selectors {
            let names = try await server.labels(selector.bare)
            if names.isEmpty || names.contains(label) { return false }
        }
        return true
    }
}

extension Expr {
    /// Whether labels come from elsewhere than the selected series.
    fileprivate var makesLabels: Bool {
        switch self {
        case .call(let node):
            ["label_replace", "label_join", "info", "histogram_quantiles", "absent", "absent_over_time"].contains(
                node.function)
                || node.arguments.contains(where: \.makesLabels)
        case .aggregate(let node): node.op == .countValues || node.inner.makesLabels
        default: children.contains(where: \.makesLabels)
        }
    }
}
