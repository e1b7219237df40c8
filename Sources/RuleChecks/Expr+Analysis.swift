import PromQL

extension Expr {
    /// The expression and all below it, the outer before the inner, from left to right.
    var everything: [Expr] {
        var found: [Expr] = []
        forEach { found.append($0) }
        return found
    }

    /// What stands in the parentheses, however many there are.
    var unwrapped: Expr {
        var expr = self
        while case .paren(let node) = expr { expr = node.inner }
        return expr
    }
}
