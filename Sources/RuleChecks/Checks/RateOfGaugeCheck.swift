import Base
import PromQL

/// `rate` of a metric whose name says that it is a gauge: its drops are read as resets of a counter.
struct RateOfGaugeCheck: RuleCheck {
    static let description = CheckDescription(
        "rate-of-gauge", "rate, irate or increase is taken of a metric that is a gauge by its name",
        reason: """
            `rate`, `irate` and `increase` take every drop of the value for a restart and add what was there before. A gauge goes up and
            down, so the result is far too high. `delta` and `deriv` are made for gauges. With `--prometheus` the server's own
            word on the type is taken: see `metric-type`.
            """,
        bad: [
            """
            - record: r
              expr: rate(cache_hit_ratio[5m])
            """,
            """
            - alert: Leak
              expr: increase(process_resident_memory_bytes[1h]) > 1e9
            """,
        ],
        good: [
            """
            - record: r
              expr: delta(cache_hit_ratio[5m])
            """,
            """
            - record: r
              expr: rate(requests_total[5m])
            """,
            """
            - record: r
              expr: rate(node_network_receive_bytes[5m])
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard ["rate", "irate", "increase"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                let metric = matrix.selector.metricName, MetricKind.isGauge(metric)
            else { return nil }
            return finding(
                "\(call.function) of '\(metric)', a gauge by its name: every drop counts as a reset",
                at: rule.position(of: call.range), hint: "delta and deriv are for gauges")
        }
    }
}
