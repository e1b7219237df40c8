import Base

extension Expr {
    /// Whether a subquery in it leaves its step to the server.
    public var hasSubqueryWithoutStep: Bool {
        if case .subquery(let node) = self, node.step == nil { return true }
        return children.contains(where: \.hasSubqueryWithoutStep)
    }

    /// The expression with `step` written into each subquery that leaves it to the server, which may have another one.
    public func writingSubqueryStep(_ step: Duration) -> Expr {
        switch self {
        case .number, .string, .vectorSelector, .matrixSelector: return self
        case .subquery(var node):
            node.inner = node.inner.writingSubqueryStep(step)
            node.step = node.step ?? .literal(milliseconds: step.milliseconds)
            return .subquery(node)
        case .unary(var node):
            node.operand = node.operand.writingSubqueryStep(step)
            return .unary(node)
        case .binary(var node):
            node.left = node.left.writingSubqueryStep(step)
            node.right = node.right.writingSubqueryStep(step)
            return .binary(node)
        case .aggregate(var node):
            node.inner = node.inner.writingSubqueryStep(step)
            node.parameter = node.parameter?.writingSubqueryStep(step)
            return .aggregate(node)
        case .call(var node):
            node.arguments = node.arguments.map { $0.writingSubqueryStep(step) }
            return .call(node)
        case .paren(var node):
            node.inner = node.inner.writingSubqueryStep(step)
            return .paren(node)
        }
    }

    /// Whether a subquery evaluates an instant selector at each of its steps, so that where a series ends in between matters.
    public var hasSubqueryOverInstantSelector: Bool {
        if case .subquery(let node) = self, node.inner.hasInstantSelector { return true }
        return children.contains(where: \.hasSubqueryOverInstantSelector)
    }

    private var hasInstantSelector: Bool {
        switch self {
        case .vectorSelector: true
        case .matrixSelector: false
        default: children.contains(where: \.hasInstantSelector)
        }
    }
}
