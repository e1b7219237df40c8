import Base
import PromQL

/// A comparison whose outcome does not depend on the samples.
struct ConstantComparisonCheck: RuleCheck {
    static let description = CheckDescription(
        "constant-comparison", "a comparison is never true, or true of every series",
        reason: """
            The values of some expressions have bounds: a `count` is at least 1, since of no series there is no count; `rate`,
            `increase` and `changes` are never negative, `absent` is 1, `hour()` at most 23. Compared with a number beyond the
            bound the alert never fires, or always. `count(x) == 0` is best written `absent(x)`.

            A comparison that is true of every series is said only where nothing else in its operand decides.
            """,
        bad: [
            """
            - alert: NoPods
              expr: count(kube_pod_info) == 0
            """,
            """
            - alert: Drops
              expr: rate(requests_total[5m]) < 0
            """,
            """
            - alert: Always
              expr: changes(restarts[10m]) >= 0
            """,
            """
            - alert: Night
              expr: vector(1) and on () hour() > 24
            """,
            """
            - alert: NotANumber
              expr: temperature == NaN
            """,
        ],
        good: [
            """
            - alert: NoPods
              expr: absent(kube_pod_info)
            """,
            """
            - alert: Some
              expr: count(up == 0) > 0
            """,
            """
            - alert: Quiet
              expr: rate(requests_total[5m]) == 0
            """,
            """
            - alert: Watchdog
              expr: vector(1) > 0
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.binaries) { node in
            guard node.op.isComparison, let isTrue = node.constantVerdict,
                node.left.constantNumber == nil || node.right.constantNumber == nil
            else { return nil }
            if isTrue, !Self.isWorthSaying(node, rule) { return nil }
            let hint = isTrue ? nil : Self.hint(node)
            return finding(
                isTrue ? "the comparison is true of every series" : "the comparison is never true",
                at: rule.position(of: node.range), hint: hint)
        }
    }

    /// Whether the always true comparison is all that decides.
    private static func isWorthSaying(_ node: BinaryExpr, _ rule: RuleContext) -> Bool {
        guard !rule.selectors.isEmpty else { return false }
        return !(node.left.canDropSeries || node.right.canDropSeries)
    }

    private static func hint(_ node: BinaryExpr) -> String? {
        guard case .aggregate(let aggregate) = node.left.withoutParentheses, aggregate.op == .count,
            node.right.constantNumber == 0, node.op == .equal, aggregate.grouping.isEmpty
        else { return nil }
        return "without a series there is no count: absent() tells that"
    }
}
