import Base
import PromQL

/// `rate(sum(x)[5m:])`: the reset of one counter shows as a drop of the sum, and counts as a jump.
struct AggregationInRateCheck: RuleCheck {
    static let name = "aggregation-in-rate"
    static let summary =
        "rate, irate or increase is taken of an aggregation, so that resets of counters look like jumps"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        rule.parts.compactMap { expr in
            guard case .call(let call) = expr, ["rate", "irate", "increase"].contains(call.function),
                case .subquery(let subquery)? = call.arguments.first?.unwrapped,
                case .aggregate(let aggregate) = subquery.inner.unwrapped,
                [.sum, .avg, .min, .max].contains(aggregate.op)
            else { return nil }
            let inner = "\(aggregate.op.rawValue)(\(call.function)(…))"
            return warning(
                "\(call.function) of \(aggregate.op.rawValue): the reset of one counter counts as a jump of all",
                at: rule.position(of: expr), hint: "turn it round: \(inner)")
        }
    }
}
