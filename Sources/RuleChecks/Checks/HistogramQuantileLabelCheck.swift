import Base
import PromQL

/// `histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))`: without `le` there are no buckets left.
struct HistogramQuantileLabelCheck: RuleCheck {
    static let description = CheckDescription(
        "histogram-quantile-le", "histogram_quantile is taken of buckets whose aggregation drops the label 'le'",
        reason: """
            The buckets of a classic histogram are told apart by their label `le`. An aggregation that drops it adds all buckets up,
            and there is no quantile to take of one number: the result is NaN or empty.
            """,
        isFixable: true,
        bad: [
            """
            - record: r
              expr: histogram_quantile(0.9, sum by (job) (rate(request_seconds_bucket[5m])))
            """,
            """
            - record: r
              expr: histogram_quantile(0.9, sum without (le) (rate(request_seconds_bucket[5m])))
            """,
            """
            - alert: Slow
              expr: histogram_quantile(0.9, sum(rate(request_seconds_bucket[5m]))) > 1
            """,
        ],
        good: [
            """
            - record: r
              expr: histogram_quantile(0.9, sum by (job, le) (rate(request_seconds_bucket[5m])))
            """,
            """
            - record: r
              expr: histogram_quantile(0.9, sum by (job) (rate(request_seconds[5m])))
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard let buckets = Self.buckets(call), !buckets.possibleLabels.contains("le"), Self.readsBuckets(buckets),
                let aggregate = Self.culprit(buckets)
            else { return nil }
            return finding(
                "the aggregation drops 'le', so there are no buckets to take a quantile of",
                at: rule.position(of: aggregate.range),
                hint: aggregate.isWithout ? "take 'le' out of 'without'" : "add 'le' to 'by'",
                fix: Self.fix(aggregate, rule))
        }
    }

    private static func buckets(_ call: Call) -> Expr? {
        switch call.function {
        case "histogram_quantile": call.arguments.last
        case "histogram_quantiles": call.arguments.first
        default: nil
        }
    }

    private static func readsBuckets(_ expr: Expr) -> Bool {
        expr.vectorSelectors.contains { $0.metricName?.contains("_bucket") ?? false }
    }

    /// The aggregation that still gets `le` and does not pass it on.
    private static func culprit(_ expr: Expr) -> AggregateExpr? {
        var found: AggregateExpr?
        expr.forEach { part in
            guard found == nil, case .aggregate(let node) = part, node.inner.possibleLabels.contains("le"),
                !part.possibleLabels.contains("le")
            else { return }
            found = node
        }
        return found
    }

    /// Adds `le` to `by`, wherever that stands.
    private static func fix(_ aggregate: AggregateExpr, _ rule: RuleContext) -> [TextEdit] {
        let text = Array(rule.text(of: aggregate.range).utf8)
        guard !aggregate.isWithout, !text.contains(UInt8(ascii: "#")) else { return [] }
        func isBlank(_ byte: UInt8) -> Bool { byte <= 0x20 }
        func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte == 0x5F }
        var at = text.prefix(while: isLetter).count
        let afterName = at
        at += text[at...].prefix(while: isBlank).count
        let word = String(decoding: text[at...].prefix(while: isLetter), as: UTF8.self).lowercased()
        let insertion: (offset: Int, text: String)
        if word == "by", let open = text[at...].firstIndex(of: UInt8(ascii: "(")) {
            insertion = (open + 1, aggregate.grouping.isEmpty ? "le" : "le, ")
        } else if aggregate.grouping.isEmpty, word.isEmpty, text.last == UInt8(ascii: ")") {
            insertion = (afterName, " by (le) ")
        } else if word.isEmpty, text.last == UInt8(ascii: ")") {
            insertion = (text.count - 1, ", le")
        } else {
            return []
        }
        let offset = aggregate.range.start + insertion.offset
        return rule.edit(offset..<offset, insertion.text).map { [$0] } ?? []
    }
}
