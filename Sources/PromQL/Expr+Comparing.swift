extension Expr {
    /// Whether both trees say the same, wherever their parts stand in their texts.
    public func isSame(as other: Expr) -> Bool { withoutPositions == other.withoutPositions }

    /// The tree with all positions set to 0; NaN literals become one and the same.
    public var withoutPositions: Expr {
        let nowhere = PositionRange(start: 0, end: 0)
        switch self {
        case .number(var node):
            node.range = nowhere
            // NaN differs from itself; its sign and payload mean nothing in a literal.
            if node.value.isNaN { return .string(StringLiteral(value: "NaN", range: nowhere)) }
            return .number(node)
        case .string(var node):
            node.range = nowhere
            return .string(node)
        case .vectorSelector(let node): return .vectorSelector(node.withoutPositions)
        case .matrixSelector(var node):
            node.selector = node.selector.withoutPositions
            node.range = nowhere
            return .matrixSelector(node)
        case .subquery(var node):
            node.inner = node.inner.withoutPositions
            node.range = nowhere
            return .subquery(node)
        case .unary(var node):
            node.operand = node.operand.withoutPositions
            node.range = nowhere
            return .unary(node)
        case .binary(var node):
            node.left = node.left.withoutPositions
            node.right = node.right.withoutPositions
            node.range = nowhere
            return .binary(node)
        case .aggregate(var node):
            node.inner = node.inner.withoutPositions
            node.parameter = node.parameter?.withoutPositions
            node.range = nowhere
            return .aggregate(node)
        case .call(var node):
            node.arguments = node.arguments.map(\.withoutPositions)
            node.range = nowhere
            return .call(node)
        case .paren(var node):
            node.inner = node.inner.withoutPositions
            node.range = nowhere
            return .paren(node)
        }
    }
}

extension VectorSelector {
    /// In the order in which they are printed: the order of matchers means nothing.
    fileprivate var withoutPositions: VectorSelector {
        var copy = self
        copy.range = PositionRange(start: 0, end: 0)
        copy.matchers.sort { $0.description.utf8.lexicographicallyPrecedes($1.description.utf8) }
        return copy
    }
}
