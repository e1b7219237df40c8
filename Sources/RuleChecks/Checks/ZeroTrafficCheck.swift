import Base
import PromQL

/// A recorded ratio that is NaN without traffic, and another rule that averages it.
struct ZeroTrafficCheck: RuleCheck {
    static let description = CheckDescription(
        "zero-traffic", "a recorded ratio is NaN without traffic, and another rule sums or averages it",
        reason: """
            Without traffic `rate(errors) / rate(requests)` is 0 / 0, which is NaN, and NaN is recorded. A comparison drops NaN, so alerts on
            the ratio itself are safe; but one NaN makes a sum or an average over all series or over a month NaN, and the alert
            on that never fires. Drop the zeros before dividing (`/ (sum(rate(requests_total[5m])) > 0)`), or record both parts
            and divide last.
            """,
        bad: [
            """
            - record: job:errors:ratio_rate5m
              expr: sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m]))
            - record: job:errors:ratio_30d
              expr: avg_over_time(job:errors:ratio_rate5m[30d])
            """
        ],
        good: [
            """
            - record: job:errors:ratio_rate5m
              expr: sum by (job) (rate(errors_total[5m])) / (sum by (job) (rate(requests_total[5m])) > 0)
            - record: job:errors:ratio_30d
              expr: avg_over_time(job:errors:ratio_rate5m[30d])
            """,
            """
            - record: job:errors:ratio_rate5m
              expr: sum by (job) (rate(errors_total[5m])) / sum by (job) (rate(requests_total[5m]))
            - alert: Errors
              expr: job:errors:ratio_rate5m > 0.1
            """,
        ])

    func findings(across catalogue: RuleCatalogue) -> [Finding] {
        var told: Set<Int> = []
        var found: [Finding] = []
        for reader in catalogue.entries {
            for name in reader.averages {
                let recorders = catalogue.recorders[name] ?? []
                let files = Set(recorders.map { catalogue.file(of: catalogue.entries[$0]) })
                for index in recorders where catalogue.entries[index].mayBeNaN {
                    let entry = catalogue.entries[index]
                    // Of a metric that several files record nobody knows whose series the other file reads.
                    guard files.count == 1 || catalogue.file(of: entry) == catalogue.file(of: reader),
                        told.insert(index).inserted
                    else { continue }
                    let place = catalogue.place(of: reader, from: entry)
                    found.append(
                        finding(
                            "without traffic this ratio is NaN, and '\(reader.name)' (\(place)) sums or averages it",
                            at: entry.position, hint: "drop the zeros of the divisor: / (… > 0)"))
                }
            }
        }
        return found
    }

    /// Whether the expression divides a rate by a rate with nothing that drops zeros.
    static func mayBeNaN(_ rule: RuleContext) -> Bool {
        rule.binaries.contains { $0.op == .divide && isRate($0.left) && isRate($0.right) } && !rule.expr.canDropSeries
            && !rule.binaries.contains { $0.op == .or }
    }

    private static func isRate(_ expr: Expr) -> Bool {
        switch expr {
        case .paren(let node): return isRate(node.inner)
        case .aggregate(let node): return node.op == .sum && isRate(node.inner)
        case .call(let node): return ["rate", "increase", "irate"].contains(node.function)
        case .binary(let node):
            switch node.op {
            case .add, .subtract, .multiply: return isRate(node.left) || isRate(node.right)
            default: return false
            }
        default: return false
        }
    }

    /// The recorded metrics that the expression sums or averages, and that a NaN would spoil.
    static func averages(_ rule: RuleContext) -> [String] {
        var names: Set<String> = []
        func note(_ expr: Expr?) {
            switch expr?.withoutParentheses {
            case .vectorSelector(let node)?: if let name = node.metricName { names.insert(name) }
            case .matrixSelector(let node)?: if let name = node.selector.metricName { names.insert(name) }
            default: break
            }
        }
        for call in rule.calls where call.function == "avg_over_time" || call.function == "sum_over_time" {
            note(call.arguments.first)
        }
        for aggregate in rule.aggregates where aggregate.op == .sum || aggregate.op == .avg { note(aggregate.inner) }
        return names.sorted()
    }
}
