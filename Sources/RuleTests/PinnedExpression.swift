import PromQL

/// Expressions pinned to a time with `@`.
enum PinnedExpression {
    /// Functions whose result depends on when they are evaluated, whatever their arguments.
    private static let unsafe: Set<String> = [
        "time", "timestamp", "predict_linear", "start", "end", "range", "step", "minute", "hour", "month", "year",
        "day_of_month", "day_of_week", "day_of_year", "days_in_month",
    ]
    private static let ofTheRange: Set<String> = ["start", "end", "range", "step"]

    /// The expression with `@` put on every selector and subquery that is not pinned to a number; nil where that could
    /// change its result.
    static func pin(_ expression: Expr, at milliseconds: Int64) -> Expr? {
        var isUnsafe = asksForTheRange(expression)
        expression.forEach { if case .call(let call) = $0, unsafe.contains(call.function) { isUnsafe = true } }
        return isUnsafe ? nil : pinned(expression, .timestamp(milliseconds))
    }

    /// Whether `start()`, `end()`, `range()` or `step()` occur, as functions or in durations.
    static func asksForTheRange(_ expression: Expr) -> Bool {
        var asks = false
        func look(_ duration: DurationExpr?) { if let duration, self.asks(duration) { asks = true } }
        expression.forEach { node in
            switch node {
            case .call(let call): if ofTheRange.contains(call.function) { asks = true }
            case .vectorSelector(let selector): look(selector.offset)
            case .matrixSelector(let matrix): look(matrix.window)
            case .subquery(let subquery):
                look(subquery.window)
                look(subquery.step)
                look(subquery.offset)
            default: break
            }
        }
        return asks
    }

    private static func asks(_ duration: DurationExpr) -> Bool {
        switch duration {
        case .literal, .number: false
        case .step, .range: true
        case .negate(let inner), .plus(let inner), .paren(let inner): asks(inner)
        case .binary(_, let left, let right), .minimum(let left, let right), .maximum(let left, let right):
            asks(left) || asks(right)
        }
    }

    private static func pinned(_ at: AtModifier?, _ wanted: AtModifier) -> AtModifier {
        if case .timestamp? = at { return at ?? wanted }
        return wanted
    }

    private static func pinned(_ expression: Expr, _ at: AtModifier) -> Expr {
        switch expression {
        case .number, .string: return expression
        case .vectorSelector(var node):
            node.at = pinned(node.at, at)
            return .vectorSelector(node)
        case .matrixSelector(var node):
            node.selector.at = pinned(node.selector.at, at)
            return .matrixSelector(node)
        case .subquery(var node):
            node.at = pinned(node.at, at)
            return .subquery(node)
        case .unary(var node):
            node.operand = pinned(node.operand, at)
            return .unary(node)
        case .binary(var node):
            node.left = pinned(node.left, at)
            node.right = pinned(node.right, at)
            return .binary(node)
        case .aggregate(var node):
            node.inner = pinned(node.inner, at)
            node.parameter = node.parameter.map { pinned($0, at) }
            return .aggregate(node)
        case .call(var node):
            node.arguments = node.arguments.map { pinned($0, at) }
            return .call(node)
        case .paren(var node):
            node.inner = pinned(node.inner, at)
            return .paren(node)
        }
    }
}
