/// The values that samples can have, as far as the expression alone says.
public struct ValueRange: Hashable, Sendable {
    /// No sample is below.
    public var minimum: Double
    /// No sample is above.
    public var maximum: Double

    /// Anything.
    public static let any = ValueRange(minimum: -.infinity, maximum: .infinity)

    /// Whether `op` with `value` on its right holds for all values (true), for none (false), or for some (nil).
    func verdict(_ op: BinaryOperator, _ value: Double) -> Bool? {
        if value.isNaN { return op == .notEqual }
        switch op {
        case .greater: return minimum > value ? true : maximum <= value ? false : nil
        case .greaterOrEqual: return minimum >= value ? true : maximum < value ? false : nil
        case .less: return maximum < value ? true : minimum >= value ? false : nil
        case .lessOrEqual: return maximum <= value ? true : minimum > value ? false : nil
        case .equal:
            if minimum == maximum, minimum == value { return true }
            return value < minimum || value > maximum ? false : nil
        case .notEqual:
            if value < minimum || value > maximum { return true }
            return minimum == maximum && minimum == value ? false : nil
        default: return nil
        }
    }
}

extension Expr {
    /// Between which values the samples of the result lie; NaN, which no comparison but `!=` lets through, aside.
    public var valueRange: ValueRange {
        if let constant = constantNumber, !constant.isNaN { return ValueRange(minimum: constant, maximum: constant) }
        switch self {
        case .paren(let node): return node.inner.valueRange
        case .vectorSelector(let node):
            // Written by the server itself after every scrape.
            return node.metricName == "up" ? ValueRange(minimum: 0, maximum: 1) : .any
        case .aggregate(let node): return node.valueRange
        case .call(let node): return node.valueRange
        case .binary(let node):
            if node.matching?.fillLeft != nil || node.matching?.fillRight != nil { return .any }
            if node.returnsBool { return ValueRange(minimum: 0, maximum: 1) }
            if node.op == .and || node.op == .unless { return node.left.valueRange }
            if node.op.isComparison, node.right.type == .scalar || node.left.type != .scalar {
                return node.left.valueRange
            }
            return .any
        default: return .any
        }
    }
}

extension AggregateExpr {
    fileprivate var valueRange: ValueRange {
        switch op {
        case .count, .countValues: ValueRange(minimum: 1, maximum: .infinity)
        case .group: ValueRange(minimum: 1, maximum: 1)
        case .stddev, .stdvar: ValueRange(minimum: 0, maximum: .infinity)
        case .min, .max, .avg, .topk, .bottomk, .limitk, .limitRatio: inner.valueRange
        case .sum:
            inner.valueRange.minimum >= 0 ? ValueRange(minimum: inner.valueRange.minimum, maximum: .infinity) : .any
        case .quantile: .any
        }
    }
}

extension Call {
    fileprivate var valueRange: ValueRange {
        switch function {
        case "absent", "absent_over_time", "present_over_time": ValueRange(minimum: 1, maximum: 1)
        case "count_over_time": ValueRange(minimum: 1, maximum: .infinity)
        case "abs", "sqrt", "exp", "changes", "resets", "stddev_over_time", "stdvar_over_time", "mad_over_time",
            "histogram_count", "acosh", "cosh":
            ValueRange(minimum: function == "cosh" ? 1 : 0, maximum: .infinity)
        case "rate", "irate", "increase": ValueRange(minimum: 0, maximum: .infinity)
        case "sgn", "sin", "cos", "tanh": ValueRange(minimum: -1, maximum: 1)
        case "hour": ValueRange(minimum: 0, maximum: 23)
        case "minute": ValueRange(minimum: 0, maximum: 59)
        case "month": ValueRange(minimum: 1, maximum: 12)
        case "day_of_month": ValueRange(minimum: 1, maximum: 31)
        case "day_of_week": ValueRange(minimum: 0, maximum: 6)
        case "day_of_year": ValueRange(minimum: 1, maximum: 366)
        case "days_in_month": ValueRange(minimum: 28, maximum: 31)
        case "clamp_min": bounded(minimum: arguments.last?.constantNumber, maximum: nil)
        case "clamp_max": bounded(minimum: nil, maximum: arguments.last?.constantNumber)
        case "clamp":
            arguments.count == 3
                ? bounded(minimum: arguments[1].constantNumber, maximum: arguments[2].constantNumber) : .any
        case "vector", "sort", "sort_desc": arguments.first?.valueRange ?? .any
        default: .any
        }
    }

    private func bounded(minimum: Double?, maximum: Double?) -> ValueRange {
        ValueRange(
            minimum: minimum.flatMap { $0.isNaN ? nil : $0 } ?? -.infinity,
            maximum: maximum.flatMap { $0.isNaN ? nil : $0 } ?? .infinity)
    }
}
