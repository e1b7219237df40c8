import Base
import PromQL

/// `rate` of a metric whose name says that it is a gauge: its drops are read as resets of a counter.
struct RateOfGaugeCheck: RuleCheck {
    static let name = "rate-of-gauge"
    static let summary = "rate, irate or increase is taken of a metric that is a gauge by its name"

    /// Endings that counters never have.
    private static let gauges = [
        "_info", "_ratio", "_percent", "_percentage", "_celsius", "_timestamp", "_timestamp_seconds", "_temperature",
        "_limit", "_created", "_utilization", "_up",
    ]

    func problems(in rule: RuleContext) -> [Diagnostic] {
        rule.parts.compactMap { expr in
            guard case .call(let call) = expr, ["rate", "irate", "increase"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.unwrapped,
                let metric = matrix.selector.metricName, Self.gauges.contains(where: metric.hasSuffix)
            else { return nil }
            return warning(
                "\(call.function) of '\(metric)', a gauge by its name: every drop counts as a reset",
                at: rule.position(of: expr), hint: "delta and deriv are for gauges")
        }
    }
}
