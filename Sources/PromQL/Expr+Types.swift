extension Expr {
    /// The type of the result. O(depth) where operators are nested.
    public var type: ValueType {
        switch self {
        case .number: .scalar
        case .string: .string
        case .vectorSelector, .aggregate: .vector
        case .matrixSelector, .subquery: .matrix
        case .unary(let node): node.operand.type
        case .paren(let node): node.inner.type
        case .call(let node): FunctionTable.signature(of: node.function)?.result ?? .vector
        case .binary(let node): node.left.type == .scalar && node.right.type == .scalar ? .scalar : .vector
        }
    }
}
