import Base
import PromQL

/// `rate(sum(x)[5m:])`: the reset of one counter shows as a drop of the sum, and counts as a jump.
struct AggregationInRateCheck: RuleCheck {
    static let description = CheckDescription(
        "aggregation-in-rate",
        "rate, irate or increase is taken of an aggregation, so that resets of counters look like jumps",
        reason: """
            `rate` takes every drop for a restart of the counter and adds what was there before. When one of many counters restarts,
            their sum drops a little, and `rate` adds the whole sum: a spike that never happened. First `rate`, then `sum`.
            """,
        bad: [
            """
            - record: r
              expr: rate(sum(requests_total)[5m:])
            """,
            """
            - record: r
              expr: increase((sum by (job) (requests_total))[1h:1m])
            """,
        ],
        good: [
            """
            - record: r
              expr: sum(rate(requests_total[5m]))
            """,
            """
            - record: r
              expr: max_over_time(sum(rate(requests_total[5m]))[1h:1m])
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard ["rate", "irate", "increase"].contains(call.function),
                case .subquery(let subquery)? = call.arguments.first?.withoutParentheses,
                case .aggregate(let aggregate) = subquery.inner.withoutParentheses,
                [.sum, .avg, .min, .max].contains(aggregate.op)
            else { return nil }
            return finding(
                "\(call.function) of \(aggregate.op.rawValue): the reset of one counter counts as a jump of all",
                at: rule.position(of: call.range), hint: "turn it round: \(aggregate.op.rawValue)(\(call.function)(…))")
        }
    }
}
