import Base
import PromQL

/// `by`, `on`, `group_left` or label_replace ask for a label that something below has dropped.
struct DroppedLabelCheck: RuleCheck {
    static let description = CheckDescription(
        "dropped-label",
        "a grouping, a matching or label_replace asks for a label that an aggregation below has dropped",
        reason: """
            `sum by (job) (x)` has the label `job` and no other. Whatever stands around it and asks for `instance` gets an empty
            label: a grouping becomes coarser than it reads, a matching finds nothing.
            """,
        bad: [
            """
            - record: r
              expr: max by (instance) (sum by (job) (a))
            """,
            """
            - record: r
              expr: sum by (job) (a) / on (instance) group_left () b
            """,
            """
            - record: r
              expr: a * on (job) group_left (version) sum by (job) (b)
            """,
        ],
        good: [
            """
            - record: r
              expr: max by (job) (sum by (job, instance) (a))
            """,
            """
            - record: r
              expr: sum by (job, instance) (a) / on (instance) group_left () b
            """,
            """
            - record: r
              expr: a * on (job) group_left (version) sum by (job, version) (b)
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard Self.mayDrop(rule), Self.mayAsk(rule) else { return [] }
        return rule.expr.notes.filter { $0.kind == .droppedLabel }.map { note in
            finding(note.message, at: rule.position(of: note.range))
        }
    }

    /// Whether anything takes labels away: cheaper than looking.
    private static func mayDrop(_ rule: RuleContext) -> Bool {
        !rule.aggregates.isEmpty || rule.binaries.contains { $0.matching?.isOn ?? false }
            || rule.calls.contains {
                $0.function.hasPrefix("absent") || $0.function == "vector" || $0.arguments.isEmpty
            }
    }

    private static func mayAsk(_ rule: RuleContext) -> Bool {
        rule.aggregates.count > 1 || (rule.aggregates.count == 1 && !rule.binaries.isEmpty)
            || rule.binaries.contains { $0.matching.map { $0.isOn || !$0.include.isEmpty } ?? false }
            || rule.calls.contains { $0.function == "label_replace" || $0.function == "label_join" }
    }
}
