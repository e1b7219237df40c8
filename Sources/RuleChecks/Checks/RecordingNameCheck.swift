import Base
import RuleFiles

/// A recorded metric that is not called `level:metric:operations`.
struct RecordingNameCheck: RuleCheck {
    static let description = CheckDescription(
        "recording-name", "a recorded metric is not called level:metric:operations",
        reason: """
            By Prometheus' own advice the name of a recording says its level of aggregation (the labels that are left), the metric, and what was
            done to it, newest operation first: `job:requests:rate5m`. Colons tell recorded metrics from scraped ones.
            """,
        mode: .houseStyle,
        bad: [
            """
            - record: requests_per_job
              expr: sum by (job) (rate(requests_total[5m]))
            """,
            """
            - record: job:requests
              expr: a
            """,
        ],
        good: [
            """
            - record: job:requests:rate5m
              expr: sum by (job) (rate(requests_total[5m]))
            """
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard !rule.rule.isAlerting else { return [] }
        let parts = rule.rule.name.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count >= 3, !parts.contains(where: \.isEmpty) { return [] }
        return [
            finding(
                "'\(rule.rule.name)' is not of the form level:metric:operations", at: rule.position(ofKey: "record"))
        ]
    }
}
