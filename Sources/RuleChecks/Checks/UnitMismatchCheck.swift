import Base
import PromQL

/// A threshold in another unit than the metric's name says: `_seconds > 500`, `_bytes < 10`.
struct UnitMismatchCheck: RuleCheck {
    static let description = CheckDescription(
        "unit-mismatch", "a threshold does not go with the unit in the metric's name",
        reason: """
            Request latencies in seconds compared with hundreds were meant in milliseconds, bytes compared with a number below 100 were meant as a
            percentage, a ratio from 0 to 1 compared with 80 was too, and a point in time compared with an hour lacks `time() -`. Such
            alerts never fire, or always.
            """,
        thresholds: [
            .init(name: "seconds", value: 100, meaning: "from how many seconds on a request's duration is not believed")
        ],
        bad: [
            """
            - alert: Slow
              expr: histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 500
            """,
            """
            - alert: DiskFull
              expr: node_filesystem_avail_bytes < 10
            """,
            """
            - alert: Cache
              expr: cache_hit_ratio < 80
            """,
            """
            - alert: Backup
              expr: backup_last_success_timestamp_seconds > 86400
            """,
        ],
        good: [
            """
            - alert: Slow
              expr: histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket[5m]))) > 0.5
            """,
            """
            - alert: DiskFull
              expr: node_filesystem_avail_bytes / node_filesystem_size_bytes * 100 < 10
            """,
            """
            - alert: Empty
              expr: backup_size_bytes == 0
            """,
            """
            - alert: Backup
              expr: time() - backup_last_success_timestamp_seconds > 86400
            """,
            """
            - alert: Slow
              expr: backup_duration_seconds > 3600
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.binaries) { node in
            guard node.op.isComparison, let value = node.right.constantNumber ?? node.left.constantNumber,
                let name = Self.measured(node.right.constantNumber == nil ? node.right : node.left),
                let complaint = Self.complaint(name, value, rule)
            else { return nil }
            return finding(complaint, at: rule.position(of: node.range))
        }
    }

    static func complaint(_ name: String, _ value: Double, _ rule: RuleContext) -> String? {
        let base =
            ["_bucket", "_sum", "_count"].first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } ?? name
        if name.hasSuffix("_count") { return nil }
        let shown = GoFloat.string(value, .general)
        if base.hasSuffix("_timestamp_seconds") || base.hasSuffix("_start_time_seconds")
            || base.hasSuffix("_time_stamp_seconds")
        {
            guard value > 0, value < 100_000_000 else { return nil }
            return "'\(name)' is a point in time, \(shown) is none: time() - \(name) gives the age"
        }
        if base.hasSuffix("_seconds") {
            guard value >= rule.configuration.threshold("seconds", of: description), isRequestTime(base) else {
                return nil
            }
            return "'\(name)' is in seconds, and \(shown) of them are much: were milliseconds meant?"
        }
        if base.hasSuffix("_bytes") {
            guard value > 0, value <= 100, value != 1 else { return nil }
            return "'\(name)' is in bytes, and \(shown) of them are few: was a percentage meant?"
        }
        if base.hasSuffix("_ratio") {
            guard value >= 10, value <= 100 else { return nil }
            return "'\(name)' is a ratio, from 0 to 1 by its name, and \(shown) is not: was a percentage meant?"
        }
        return nil
    }

    /// The metric whose unit the expression still has.
    static func measured(_ expr: Expr) -> String? {
        switch expr {
        case .vectorSelector(let node): return node.metricName
        case .paren(let node): return measured(node.inner)
        case .aggregate(let node):
            switch node.op {
            case .min, .max, .avg, .sum, .quantile, .topk, .bottomk: return measured(node.inner)
            default: return nil
            }
        case .call(let node):
            switch node.function {
            case "histogram_quantile": return node.arguments.last.flatMap(buckets)
            case "max_over_time", "min_over_time", "avg_over_time", "last_over_time":
                guard case .matrixSelector(let matrix)? = node.arguments.last?.withoutParentheses else { return nil }
                return matrix.selector.metricName
            default: return nil
            }
        default: return nil
        }
    }

    /// The one histogram below.
    private static func buckets(_ expr: Expr) -> String? {
        let names = expr.metricNames
        return names.count == 1 && names[0].hasSuffix("_bucket") && !expr.vectorSelectors.isEmpty ? names[0] : nil
    }

    private static func isRequestTime(_ name: String) -> Bool {
        ["request", "response", "latency", "rtt", "round_trip", "http", "grpc", "rpc", "dns", "lookup"].contains(
            where: name.contains)
    }
}
