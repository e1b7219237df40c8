import PromQL

extension Expr {
    /// The expression and all below it, the outer before the inner.
    var everything: [Expr] {
        var found: [Expr] = []
        var open = [self]
        while let next = open.popLast() {
            found.append(next)
            open.append(contentsOf: next.children.reversed())
        }
        return found
    }

    /// What stands in the parentheses, however many there are.
    var unwrapped: Expr {
        var expr = self
        while case .paren(let node) = expr { expr = node.inner }
        return expr
    }
}

extension VectorSelector {
    /// The metric's name, however it is written; nil when the name is not fixed.
    var metricName: String? { name ?? matchers.first { $0.name == "__name__" && $0.operation == .equal }?.value }
}
