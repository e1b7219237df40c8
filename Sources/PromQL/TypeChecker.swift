import Base
import TimeSeries

/// Checks that operands and arguments have types that fit.
///
/// The order of the checks is Prometheus', so that of several mistakes the same one is reported.
struct TypeChecker {
    let bytes: [UInt8]

    /// The type of `expr`.
    mutating func check(_ expr: Expr) throws(ParseFailure) -> ValueType {
        switch expr {
        case .number: .scalar
        case .string: .string
        case .vectorSelector(let node): try check(node)
        case .matrixSelector(let node): try check(node)
        case .subquery(let node): try check(node)
        case .unary(let node): try check(node)
        case .paren(let node): try check(node.inner)
        case .binary(let node): try check(node)
        case .aggregate(let node): try check(node)
        case .call(let node): try check(node)
        }
    }

    private func check(_ node: MatrixSelector) throws(ParseFailure) -> ValueType {
        _ = try check(node.selector)
        return .matrix
    }

    private mutating func check(_ node: Subquery) throws(ParseFailure) -> ValueType {
        let type = try check(node.inner)
        if type == .vector { return .matrix }
        throw ParseFailure("subquery is only allowed on instant vector, got \(type.rawValue) instead", at: node.range)
    }

    private mutating func check(_ node: UnaryExpr) throws(ParseFailure) -> ValueType {
        let type = try check(node.operand)
        if type == .scalar || type == .vector { return type }
        throw ParseFailure(
            "unary expression only allowed on expressions of type scalar or instant vector, got "
                + "\"\(type.documentedName)\"", at: node.range)
    }

    private mutating func check(_ node: AggregateExpr) throws(ParseFailure) -> ValueType {
        try expect(node.inner, .vector, in: "aggregation expression")
        if let parameter = node.parameter {
            try expect(parameter, node.op == .countValues ? .string : .scalar, in: "aggregation parameter")
        }
        return .vector
    }

    private mutating func expect(_ expr: Expr, _ wanted: ValueType, in place: String) throws(ParseFailure) {
        let type = try check(expr)
        if type != wanted { throw mismatch(expr, type, wanted, place) }
    }

    private func mismatch(_ expr: Expr, _ type: ValueType, _ wanted: ValueType, _ place: String) -> ParseFailure {
        var failure = ParseFailure(
            "expected type \(wanted.documentedName) in \(place), got \(type.documentedName)", at: expr.range)
        failure.details.found = type.documentedName
        failure.details.expected = wanted.documentedName
        if wanted == .matrix, type == .vector {
            if case .vectorSelector = expr {
                failure.details.hint = "give the selector a range, such as [5m]"
            } else {
                failure.details.hint = "a subquery makes a range vector of an expression, such as [5m:]"
            }
        }
        return failure
    }

    private func check(_ selector: VectorSelector) throws(ParseFailure) -> ValueType {
        if let name = selector.name {
            if let second = selector.matchers.dropFirst().first(where: { $0.name == Labels.metricName }) {
                throw ParseFailure(
                    "metric name must not be set twice: \(GoQuote.quoted(name)) or \(GoQuote.quoted(second.value))",
                    at: selector.range)
            }
            return .vector
        }
        if selector.matchers.allSatisfy(\.matchesEmpty) {
            throw ParseFailure("vector selector must contain at least one non-empty matcher", at: selector.range)
        }
        return .vector
    }

    private mutating func check(_ node: BinaryExpr) throws(ParseFailure) -> ValueType {
        let left = try check(node.left)
        let right = try check(node.right)
        try checkOperator(node, left, right)
        return left == .scalar && right == .scalar ? .scalar : .vector
    }

    private func checkOperator(_ node: BinaryExpr, _ left: ValueType, _ right: ValueType) throws(ParseFailure) {
        let bothScalars = left == .scalar && right == .scalar
        if node.returnsBool, !node.op.isComparison {
            throw ParseFailure(
                "bool modifier can only be used on comparison operators", at: operatorRange(node))
        }
        if node.op.isComparison, !node.returnsBool, bothScalars {
            throw ParseFailure("comparisons between scalars must use BOOL modifier", at: operatorRange(node))
        }
        if let matching = node.matching, matching.isOn,
            let twice = matching.labels.first(where: { matching.include.contains($0) })
        {
            throw ParseFailure(
                "label \(GoQuote.quoted(twice)) must not occur in ON and GROUP clause at once",
                at: operatorRange(node))
        }
        for (type, operand) in [(left, node.left), (right, node.right)] where type != .scalar && type != .vector {
            throw ParseFailure(
                "binary expression must contain only scalar and instant vector types", at: operand.range)
        }
        try checkMatching(node, bothVectors: left == .vector && right == .vector)
        if node.op.isSetOperator, left == .scalar || right == .scalar {
            throw ParseFailure(
                "set operator \"\(node.op.rawValue)\" not allowed in binary scalar expression", at: node.range)
        }
    }

    private func checkMatching(_ node: BinaryExpr, bothVectors: Bool) throws(ParseFailure) {
        guard let matching = node.matching else { return }
        let fills = matching.fillLeft != nil || matching.fillRight != nil
        if !bothVectors {
            if !matching.labels.isEmpty {
                throw ParseFailure("vector matching only allowed between instant vectors", at: node.range)
            }
            if fills {
                throw ParseFailure("filling in missing series only allowed between instant vectors", at: node.range)
            }
        } else if node.op.isSetOperator {
            if matching.cardinality != .manyToMany {
                throw ParseFailure("no grouping allowed for \"\(node.op.rawValue)\" operation", at: node.range)
            }
            if fills {
                throw ParseFailure("filling in missing series not allowed for set operators", at: node.range)
            }
        }
    }

    /// Where the operator stands with its modifiers.
    private func operatorRange(_ node: BinaryExpr) -> PositionRange {
        var start = node.left.range.end
        var end = node.right.range.start
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
        while start < end, isSpace(bytes[start]) { start += 1 }
        while end > start, isSpace(bytes[end - 1]) { end -= 1 }
        return PositionRange(start: start, end: end)
    }

    private mutating func check(_ node: Call) throws(ParseFailure) -> ValueType {
        guard let signature = FunctionTable.signature(of: node.function) else {
            throw ParseFailure("unknown function with name \(GoQuote.quoted(node.function))", at: node.range)
        }
        try checkCount(node, signature)
        for (index, argument) in node.arguments.enumerated() {
            guard let wanted = signature.argumentType(index) else { break }
            if node.function == "info", index == 1 {
                try checkInfoSelector(argument)
            } else {
                try expect(argument, wanted, in: "call to function \"\(node.function)\"")
            }
        }
        return signature.result
    }

    private func checkCount(_ node: Call, _ signature: FunctionSignature) throws(ParseFailure) {
        let count = node.arguments.count
        let bound: String
        if signature.variadic == 0, count != signature.arguments.count {
            bound = "\(signature.arguments.count)"
        } else if count < signature.minimumArguments {
            bound = "at least \(signature.minimumArguments)"
        } else if let maximum = signature.maximumArguments, count > maximum {
            bound = "at most \(maximum)"
        } else {
            return
        }
        var failure = ParseFailure(
            "expected \(bound) argument(s) in call to \"\(node.function)\", got \(count)", at: node.range)
        failure.details.hint = signature.usage
        throw failure
    }

    /// The second argument of `info` is a selector without a name, which may match anything.
    private mutating func checkInfoSelector(_ argument: Expr) throws(ParseFailure) {
        guard case .vectorSelector(let selector) = argument else {
            try expect(argument, .vector, in: "call to function \"info\"")
            throw ParseFailure("expected label selectors only", at: argument.range)
        }
        if selector.name != nil {
            throw ParseFailure("expected label selectors only, got vector selector instead", at: argument.range)
        }
    }
}
