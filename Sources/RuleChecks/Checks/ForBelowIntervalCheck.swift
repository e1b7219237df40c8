import Base
import RuleFiles

/// A `for` shorter than the group's interval: it passes at the second evaluation, so it waits for the whole interval.
struct ForBelowIntervalCheck: RuleCheck {
    static let description = CheckDescription(
        "for-below-interval", "an alert's 'for' is shorter than the interval of its group",
        reason: """
            An alert is looked at once per evaluation. A `for` of 30s in a group that is evaluated every minute is over at the second
            evaluation, one minute later: it reads shorter than it is. Said only where the group's `interval`, or
            `evaluation_interval` of the configuration, is known.
            """,
        bad: [
            """
            groups:
            - name: example
              interval: 1m
              rules:
              - alert: Down
                expr: up == 0
                for: 30s
            """,
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  for: 10s
                """, configuration: "evaluation_interval: 30s"),
        ],
        good: [
            """
            groups:
            - name: example
              interval: 1m
              rules:
              - alert: Down
                expr: up == 0
                for: 1m
            """
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard case .alerting(_, let wait, _) = rule.rule.kind, let interval = rule.interval, wait > .zero,
            wait < interval
        else { return [] }
        return [
            finding(
                "'for' of \(PrometheusDuration.string(wait)) is shorter than the group's interval of \(PrometheusDuration.string(interval)), so it means the interval",
                at: rule.position(ofKey: "for"))
        ]
    }
}
