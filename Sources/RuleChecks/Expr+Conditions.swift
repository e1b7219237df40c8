import PromQL

extension Expr {
    /// Whether a sample's value or absence decides about a series anywhere in the expression: a filtering comparison,
    /// `and`, `unless`, `absent`.
    var canDropSeries: Bool {
        switch self {
        case .binary(let node):
            if node.op.isComparison, !node.returnsBool, node.left.type != .scalar || node.right.type != .scalar {
                return true
            }
            if node.op == .and || node.op == .unless { return true }
            return node.left.canDropSeries || node.right.canDropSeries
        case .call(let node):
            if node.function == "absent" || node.function == "absent_over_time" { return true }
            return node.arguments.contains(where: \.canDropSeries)
        case .aggregate(let node): return node.inner.canDropSeries
        case .subquery(let node): return node.inner.canDropSeries
        case .unary(let node): return node.operand.canDropSeries
        case .paren(let node): return node.inner.canDropSeries
        case .number, .string, .vectorSelector, .matrixSelector: return false
        }
    }

    /// Whether the expression gives a sample whatever series there are.
    var isAlwaysPresent: Bool {
        switch self {
        case .number: true
        case .paren(let node): node.inner.isAlwaysPresent
        case .unary(let node): node.operand.isAlwaysPresent
        case .subquery(let node): node.inner.isAlwaysPresent
        case .aggregate(let node): node.op != .topk && node.op != .bottomk && node.inner.isAlwaysPresent
        case .call(let node):
            switch node.function {
            case "vector", "time", "pi", "scalar": true
            case "absent", "absent_over_time": false
            default: node.arguments.isEmpty || node.arguments.contains { $0.type != .scalar && $0.isAlwaysPresent }
            }
        case .binary(let node):
            switch node.op {
            case .or: node.left.isAlwaysPresent || node.right.isAlwaysPresent
            case .and, .unless: false
            default:
                node.matching == nil && (!node.op.isComparison || node.returnsBool) && node.left.isAlwaysPresent
                    && node.right.isAlwaysPresent
            }
        case .string, .vectorSelector, .matrixSelector: false
        }
    }
}
