import Base
import PromQL

/// Both sides of an operator are the same expression: `a / a` is 1 wherever there is an `a`.
struct IdenticalOperandsCheck: RuleCheck {
    static let description = CheckDescription(
        "identical-operands", "an operator has the same expression on both sides",
        reason: """
            The result is known before anything is evaluated: `a / a` is 1, `a - a` is 0, `a > a` is empty, `a or a` is `a`.
            Most often one side was copied and then not changed. `a == a` and `a != a` are left alone: they tell NaN apart.
            """,
        bad: [
            """
            - record: job:errors:ratio
              expr: sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(errors_total[5m]))
            """,
            """
            - alert: Full
              expr: (disk_used_bytes{device='sda'}) > disk_used_bytes{device='sda'}
            """,
            """
            - record: r
              expr: sum(a) or sum( a )
            """,
        ],
        good: [
            """
            - record: job:errors:ratio
              expr: sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m]))
            """,
            """
            - record: doubled
              expr: queue_length + queue_length
            """,
            """
            - record: without_nan
              expr: a == a
            """,
            """
            - record: r
              expr: a{x='1'} > a
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.binaries) { node in
            guard let result = Self.result(node), Self.isSame(node.left, node.right) else { return nil }
            return finding(
                "both sides of '\(node.op.rawValue)' are the same, so the result is \(result)",
                at: rule.position(of: node.range))
        }
    }

    /// Compares what may be the same, and numbers never: `1 == bool 1` is a constant on purpose.
    private static func isSame(_ left: Expr, _ right: Expr) -> Bool {
        switch (left.withoutParentheses, right.withoutParentheses) {
        case (.vectorSelector(let one), .vectorSelector(let other)):
            one.name == other.name && one.matchers.count == other.matchers.count
                && left.withoutParentheses.isSame(as: right.withoutParentheses)
        case (.call(let one), .call(let other)):
            one.function == other.function && left.withoutParentheses.isSame(as: right.withoutParentheses)
        case (.aggregate(let one), .aggregate(let other)):
            one.op == other.op && left.withoutParentheses.isSame(as: right.withoutParentheses)
        case (.binary, .binary), (.unary, .unary): left.withoutParentheses.isSame(as: right.withoutParentheses)
        default: false
        }
    }

    /// What comes out when both sides are the same; nil when that is worth something.
    private static func result(_ node: BinaryExpr) -> String? {
        switch node.op {
        case .divide: "always 1"
        case .subtract, .modulo: "always 0"
        case .greaterOrEqual, .lessOrEqual: node.returnsBool ? "always 1" : "everything"
        case .greater, .less: node.returnsBool ? "always 0" : "always empty"
        case .and, .or: "the same again"
        case .unless: "always empty"
        case .equal, .notEqual, .add, .multiply, .power, .atan2, .trimUpper, .trimLower: nil
        }
    }
}
