extension Expr {
    /// Whether both trees say the same, wherever their parts stand in their texts.
    public func isSame(as other: Expr) -> Bool { resembles(other) && withoutPositions == other.withoutPositions }

    /// Whether kinds, names and operators are the same: most pairs differ in these, and that is cheap to see.
    private func resembles(_ other: Expr) -> Bool {
        switch (self, other) {
        case (.number, .number), (.string, .string): true
        case (.vectorSelector(let one), .vectorSelector(let two)): one.resembles(two)
        case (.matrixSelector(let one), .matrixSelector(let two)): one.selector.resembles(two.selector)
        case (.subquery(let one), .subquery(let two)): one.inner.resembles(two.inner)
        case (.unary(let one), .unary(let two)): one.operand.resembles(two.operand)
        case (.binary(let one), .binary(let two)):
            one.op == two.op && one.left.resembles(two.left) && one.right.resembles(two.right)
        case (.aggregate(let one), .aggregate(let two)): one.op == two.op && one.inner.resembles(two.inner)
        case (.call(let one), .call(let two)):
            one.function == two.function && one.arguments.count == two.arguments.count
                && zip(one.arguments, two.arguments).allSatisfy { $0.resembles($1) }
        case (.paren(let one), .paren(let two)): one.inner.resembles(two.inner)
        default: false
        }
    }

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
    fileprivate func resembles(_ other: VectorSelector) -> Bool {
        name == other.name && matchers.count == other.matchers.count
    }

    /// The matchers by name, operator and value: their order means nothing.
    fileprivate var withoutPositions: VectorSelector {
        var copy = self
        copy.range = PositionRange(start: 0, end: 0)
        copy.matchers.sort { one, two in
            if one.name != two.name { return one.name < two.name }
            if one.operation != two.operation { return one.operation.rawValue < two.operation.rawValue }
            return one.value < two.value
        }
        return copy
    }
}
