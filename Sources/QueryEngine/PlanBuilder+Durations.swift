internal import Glibc
import PromQL

extension PlanBuilder {
    /// The milliseconds of a duration expression.
    func duration(_ expression: DurationExpr, mayBeNegative: Bool) throws(QueryError) -> Int64 {
        if case .literal(let milliseconds) = expression {
            if milliseconds <= 0, !mayBeNegative { throw QueryError(.badData, "duration must be greater than 0") }
            return milliseconds
        }
        let seconds = try self.seconds(expression)
        if seconds.isNaN || seconds <= 0, !mayBeNegative {
            throw QueryError(.badData, "duration must be greater than 0")
        }
        guard seconds.magnitude < 9.2e9 else { throw QueryError(.badData, "duration is out of range") }
        return Int64(seconds * 1000)
    }

    private func seconds(_ expression: DurationExpr) throws(QueryError) -> Double {
        switch expression {
        case .literal(let milliseconds): return Double(milliseconds) / 1000
        case .number(let seconds): return seconds
        case .step: return Double(step) / 1000
        case .range: return Double(end - start) / 1000
        case .negate(let inner): return -(try seconds(inner))
        case .plus(let inner), .paren(let inner): return try seconds(inner)
        case .minimum(let left, let right): return min(try seconds(left), try seconds(right))
        case .maximum(let left, let right): return max(try seconds(left), try seconds(right))
        case .binary(let op, let left, let right):
            let a = try seconds(left)
            let b = try seconds(right)
            switch op {
            case .add: return a + b
            case .subtract: return a - b
            case .multiply: return a * b
            case .divide:
                if b == 0 { throw QueryError(.badData, "division by zero") }
                return a / b
            case .modulo:
                if b == 0 { throw QueryError(.badData, "modulo by zero") }
                return fmod(a, b)
            case .power: return pow(a, b)
            default: throw QueryError(.badData, "unexpected duration expression operator \"\(op.rawValue)\"")
            }
        }
    }
}
