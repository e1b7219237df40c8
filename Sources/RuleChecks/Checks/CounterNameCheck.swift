import Base
import PromQL

/// `rate` of a metric whose name does not say that it is a counter.
struct CounterNameCheck: RuleCheck {
    static let description = CheckDescription(
        "counter-name", "rate, irate or increase is taken of a metric that is not named as a counter",
        reason: """
            Counters end in `_total`; those of histograms and summaries in `_count`, `_sum` and `_bucket`. Of any other name nobody can tell
            whether `rate` is right. Older exporters have counters without such an ending, hence this check is for houses that name their
            own metrics; `rate-of-gauge` finds names that counters never have.
            """,
        mode: .houseStyle,
        bad: [
            """
            - record: r
              expr: rate(http_requests[5m])
            """
        ],
        good: [
            """
            - record: r
              expr: rate(http_requests_total[5m])
            """,
            """
            - record: r
              expr: rate(request_seconds_count[5m])
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard ["rate", "irate", "increase"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                let metric = matrix.selector.metricName, !MetricKind.mayBeCounter(metric), !MetricKind.isGauge(metric)
            else { return nil }
            return finding(
                "\(call.function) of '\(metric)', which is not named as a counter", at: rule.position(of: call.range),
                hint: "counters end in _total")
        }
    }
}
