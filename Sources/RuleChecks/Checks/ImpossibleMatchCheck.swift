import Base
import PromQL
import TimeSeries

/// Series of the two sides of an operator that can never find each other.
struct ImpossibleMatchCheck: RuleCheck {
    static let description = CheckDescription(
        "impossible-match", "no series of one side of an operator can match a series of the other",
        reason: """
            Two series match when all their labels but the metric's name are equal, or those of `on (…)`. Sides that are grouped by
            different labels, that demand different values of a label, or of which one has no labels at all, match nothing: the
            result is empty and nobody is told. `up == 0 and hour() > 8` is such a case: `and on () hour() > 8` is meant.
            """,
        bad: [
            """
            - record: r
              expr: sum by (job, instance) (errors) / sum by (job) (requests)
            """,
            """
            - record: r
              expr: memory_bytes{area='heap'} / memory_bytes{area='all'}
            """,
            """
            - alert: Down
              expr: up == 0 and hour() > 8
            """,
            """
            - record: r
              expr: sum(a) unless sum by (job) (b)
            """,
        ],
        good: [
            """
            - record: r
              expr: sum by (job, instance) (errors) / on (job) group_left () sum by (job) (requests)
            """,
            """
            - record: r
              expr: memory_bytes{area='heap'} / ignoring (area) memory_bytes{area='all'}
            """,
            """
            - alert: Down
              expr: up == 0 and on () hour() > 8
            """,
            """
            - record: r
              expr: sum by (job) (a) or vector(0)
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.binaries) { node in
            guard let matching = node.matching, node.op != .or, matching.fillLeft == nil, matching.fillRight == nil,
                let reason = Self.reason(node, matching)
            else { return nil }
            let effect = node.op == .unless ? "nothing is taken away" : "the result is empty"
            return finding(
                "\(reason), so no series of the two sides of '\(node.op.rawValue)' match and \(effect)",
                at: rule.position(of: node.range),
                hint: matching.isOn ? nil : "name the labels to match with on (…)")
        }
    }

    private static func reason(_ node: BinaryExpr, _ matching: VectorMatching) -> String? {
        let left = node.left.fixedLabels
        if !left.isEmpty {
            let right = node.right.fixedLabels
            for (name, value) in left.sorted(by: { $0.key < $1.key }) {
                guard let other = right[name], other != value, matching.labels.contains(name) == matching.isOn else {
                    continue
                }
                return "'\(name)' is \"\(value)\" on the left and \"\(other)\" on the right"
            }
        }
        if matching.isOn { return nil }
        let sides = (node.left.possibleLabels, node.right.possibleLabels)
        let aside = Set(matching.labels + [Labels.metricName])
        switch sides {
        case (.only(let left), .only(let right)):
            let difference = left.subtracting(aside).symmetricDifference(right.subtracting(aside))
            guard let label = difference.min() else { return nil }
            return "only the \(left.contains(label) ? "left" : "right") side has the label '\(label)'"
        case (.only(let left), .allExcept)
        where left.isEmpty && node.right.readsLabelledSeries && matching.labels.isEmpty:
            return "the left side has no labels"
        case (.allExcept, .only(let right))
        where right.isEmpty && node.left.readsLabelledSeries && matching.labels.isEmpty:
            return "the right side has no labels"
        default: return nil
        }
    }
}

extension Expr {
    /// Labels that have one value in every series of the result, as far as equal matchers say.
    fileprivate var fixedLabels: [String: String] {
        switch self {
        case .vectorSelector(let node): node.fixedLabels
        case .matrixSelector(let node): node.selector.fixedLabels
        case .subquery(let node): node.inner.fixedLabels
        case .paren(let node): node.inner.fixedLabels
        case .unary(let node): node.operand.fixedLabels
        case .aggregate(let node):
            switch node.op {
            case .topk, .bottomk, .limitk, .limitRatio: node.inner.fixedLabels
            default: node.inner.fixedLabels.filter { node.grouping.contains($0.key) != node.isWithout }
            }
        case .binary(let node):
            // Only what surely keeps all labels of its left side.
            node.op == .and || node.op == .unless || (node.matching == nil && node.right.type == .scalar)
                ? node.left.fixedLabels : [:]
        case .call(let node):
            switch node.function {
            case "label_replace", "label_join", "info", "absent", "absent_over_time", "histogram_quantiles", "scalar",
                "vector":
                [:]
            default: node.arguments.first { $0.type == .vector || $0.type == .matrix }?.fixedLabels ?? [:]
            }
        case .number, .string: [:]
        }
    }

    /// Whether the result has the labels of scraped series, which have at least a job and an instance; recorded series
    /// (by their name) may have none.
    fileprivate var readsLabelledSeries: Bool {
        switch self {
        case .vectorSelector(let node): node.metricName.map { !$0.contains(":") && $0 != "ALERTS" } ?? false
        case .matrixSelector(let node): Expr.vectorSelector(node.selector).readsLabelledSeries
        case .paren(let node): node.inner.readsLabelledSeries
        case .subquery(let node): node.inner.readsLabelledSeries
        case .binary(let node): node.matching == nil && node.left.readsLabelledSeries
        case .call(let node):
            node.arguments.first { $0.type == .vector || $0.type == .matrix }?.readsLabelledSeries ?? false
        default: false
        }
    }
}

extension VectorSelector {
    fileprivate var fixedLabels: [String: String] {
        var fixed: [String: String] = [:]
        for matcher in matchers
        where matcher.operation == .equal && matcher.name != Labels.metricName && !matcher.value.isEmpty {
            fixed[matcher.name] = matcher.value
        }
        return fixed
    }
}
