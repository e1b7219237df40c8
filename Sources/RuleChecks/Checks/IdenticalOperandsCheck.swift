import Base
import PromQL

/// Both sides of an operator are the same expression: `a / a` is 1 wherever there is an `a`.
struct IdenticalOperandsCheck: RuleCheck {
    static let name = "identical-operands"
    static let summary = "an operator has the same expression on both sides"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        rule.parts.compactMap { expr in
            guard case .binary(let node) = expr, let result = Self.result(node) else { return nil }
            guard Self.isSame(node.left.unwrapped, node.right.unwrapped) else { return nil }
            return warning(
                "both sides of '\(node.op.rawValue)' are the same, so the result is \(result)",
                at: rule.position(of: expr))
        }
    }

    /// Compares what may be the same, and numbers never: `1 == bool 1` is a constant on purpose.
    private static func isSame(_ left: Expr, _ right: Expr) -> Bool {
        switch (left, right) {
        case (.number, _), (_, .number): false
        case (.vectorSelector, .vectorSelector), (.aggregate, .aggregate), (.call, .call), (.binary, .binary),
            (.unary, .unary), (.matrixSelector, .matrixSelector), (.subquery, .subquery), (.string, .string):
            left.isSame(as: right)
        default: false
        }
    }

    /// What comes out when both sides are the same.
    private static func result(_ node: BinaryExpr) -> String? {
        switch node.op {
        case .divide: "always 1"
        case .subtract: "always 0"
        case .modulo: "always 0"
        case .equal, .greaterOrEqual, .lessOrEqual: node.returnsBool ? "always 1" : "everything"
        case .notEqual, .greater, .less: node.returnsBool ? "always 0" : "always empty"
        case .and, .or: "the same again"
        case .unless: "always empty"
        case .add, .multiply, .power, .atan2, .trimUpper, .trimLower: nil
        }
    }
}
