import Base
import PromQL

/// `used / limit > 0.9` where a limit of 0 means "none": the division gives +Inf and the alert fires.
struct ZeroLimitCheck: RuleCheck {
    static let description = CheckDescription(
        "zero-limit", "an alert divides by a limit that may be 0, which gives +Inf and fires",
        reason: """
            Many exporters show "no limit" or "no quota" as 0. Something divided by 0 is +Inf, which is above every threshold, so the alert
            fires for just those that cannot run out. Drop the zeros before dividing: `used / (limit > 0)`.
            """,
        bad: [
            """
            - alert: Memory
              expr: container_memory_working_set_bytes / container_spec_memory_limit_bytes > 0.9
            """,
            """
            - alert: Redis
              expr: redis_memory_used_bytes / redis_memory_max_bytes * 100 > 90
            """,
        ],
        good: [
            """
            - alert: Memory
              expr: container_memory_working_set_bytes / (container_spec_memory_limit_bytes > 0) > 0.9
            """,
            """
            - alert: Memory
              expr: container_memory_working_set_bytes / container_spec_memory_limit_bytes > 0.9 and container_spec_memory_limit_bytes != 0
            """,
            """
            - alert: Free
              expr: node_filesystem_avail_bytes / node_filesystem_size_bytes < 0.1
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard rule.rule.isAlerting, rule.binaries.contains(where: { $0.op == .divide }) else { return [] }
        var found: [Finding] = []
        visit(rule.expr, isAboveThreshold: false, rule, &found)
        return found
    }

    /// - Parameter isAboveThreshold: Whether what stands around asks for large values.
    private func visit(_ expr: Expr, isAboveThreshold: Bool, _ rule: RuleContext, _ found: inout [Finding]) {
        guard case .binary(let node) = expr else {
            for child in expr.children { visit(child, isAboveThreshold: isAboveThreshold, rule, &found) }
            return
        }
        var left = isAboveThreshold
        var right = false
        switch node.op {
        case .greater, .greaterOrEqual: left = true
        case .less, .lessOrEqual:
            left = false
            right = true
        case .multiply, .add: right = isAboveThreshold
        case .and, .or, .unless: right = isAboveThreshold
        case .divide:
            if isAboveThreshold, let limit = Self.limit(node.right), !Self.isGuarded(limit, rule) {
                found.append(
                    finding(
                        "where '\(limit)' is 0, which often means no limit, the division gives +Inf and the alert fires",
                        at: rule.position(of: node.range), hint: "drop the zeros: / (\(limit) > 0)"))
            }
        default:
            left = false
        }
        visit(node.left, isAboveThreshold: left, rule, &found)
        visit(node.right, isAboveThreshold: right, rule, &found)
    }

    /// The limit that is all of the divisor, aggregated perhaps.
    private static func limit(_ expr: Expr) -> String? {
        switch expr {
        case .vectorSelector(let node):
            guard let name = node.metricName, isLimit(name) else { return nil }
            return name
        case .paren(let node): return limit(node.inner)
        case .aggregate(let node): return limit(node.inner)
        default: return nil
        }
    }

    /// Whether the metric is known to show "none" as 0; others are never 0 while they are there.
    private static func isLimit(_ name: String) -> Bool {
        if ["rabbitmq", "etcd", "resource_limits"].contains(where: name.contains) { return false }
        return ["memory_limit", "quota", "maxmemory", "redis_memory_max"].contains(where: name.contains)
    }

    /// Whether a comparison of the limit itself stands anywhere in the rule.
    private static func isGuarded(_ limit: String, _ rule: RuleContext) -> Bool {
        rule.binaries.contains { node in
            node.op.isComparison
                && [node.left, node.right].contains { side in
                    Self.limit(side) == limit
                }
        } || rule.selectors.contains { $0.metricName == limit && $0.matchers.contains { $0.name == "unlimited" } }
    }
}
