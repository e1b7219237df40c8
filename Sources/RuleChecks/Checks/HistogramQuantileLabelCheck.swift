import Base
import PromQL

/// `histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))`: without `le` there are no buckets left.
struct HistogramQuantileLabelCheck: RuleCheck {
    static let name = "histogram-quantile-le"
    static let summary = "histogram_quantile is taken of buckets whose aggregation drops the label 'le'"

    func problems(in rule: RuleContext) -> [Diagnostic] {
        rule.parts.compactMap { expr in
            guard case .call(let call) = expr, call.function == "histogram_quantile",
                case .aggregate(let aggregate)? = call.arguments.last?.unwrapped,
                aggregate.isWithout == aggregate.grouping.contains("le"), Self.readsBuckets(aggregate.inner)
            else { return nil }
            return warning(
                "the aggregation drops 'le', so there are no buckets to take a quantile of",
                at: rule.position(of: .aggregate(aggregate)),
                hint: aggregate.isWithout ? "take 'le' out of 'without'" : "add 'le' to 'by'")
        }
    }

    private static func readsBuckets(_ expr: Expr) -> Bool {
        expr.everything.contains { part in
            if case .vectorSelector(let node) = part { return node.metricName?.hasSuffix("_bucket") ?? false }
            return false
        }
    }
}
