import Base
import PromQL

/// `delta` of a counter: a restart shows as a large negative change.
struct DeltaOfCounterCheck: RuleCheck {
    static let description = CheckDescription(
        "delta-of-counter", "delta, idelta or deriv is taken of a metric that is a counter by its name",
        reason: """
            A counter starts at 0 again when its process restarts. `delta`, `idelta` and `deriv` do not know that and show a large drop;
            `increase`, `irate` and `rate` do.
            """,
        bad: [
            """
            - alert: Errors
              expr: delta(errors_total[5m]) > 10
            """,
            """
            - record: r
              expr: deriv(requests_total[5m])
            """,
        ],
        good: [
            """
            - alert: Errors
              expr: increase(errors_total[5m]) > 10
            """,
            """
            - record: r
              expr: deriv(queue_length[5m])
            """,
        ])

    private static let instead = ["delta": "increase", "idelta": "irate", "deriv": "rate"]

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard let better = Self.instead[call.function],
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                let metric = matrix.selector.metricName, MetricKind.isCounter(metric)
            else { return nil }
            return finding(
                "\(call.function) of '\(metric)', a counter by its name: a restart shows as a drop",
                at: rule.position(of: call.range), hint: "\(better) knows of restarts")
        }
    }
}
