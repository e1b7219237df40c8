import Base
import PromQL

/// A range shorter than two evaluation intervals: what happens between two windows is seen by none.
struct ShortRangeCheck: RuleCheck {
    static let description = CheckDescription(
        "short-range", "rate, increase, delta, changes or resets looks at less than two evaluation intervals",
        reason: """
            A rule that is evaluated every minute and looks one minute back sees each sample once, but not the step from the last sample
            of one window to the first of the next: growth is lost. A range of two intervals also bridges one evaluation that did not
            happen. Said only where the group's `interval`, or
            `evaluation_interval` of the configuration, is known.
            """,
        thresholds: [.init(name: "intervals", value: 2, meaning: "how many evaluation intervals a range must span")],
        bad: [
            """
            groups:
            - name: example
              interval: 1m
              rules:
              - record: r
                expr: rate(requests_total[1m])
            """,
            CheckExample(
                """
                - record: r
                  expr: increase(requests_total[90s])
                """, configuration: "evaluation_interval: 1m"),
        ],
        good: [
            """
            groups:
            - name: example
              interval: 1m
              rules:
              - record: r
                expr: rate(requests_total[2m])
            """,
            """
            - record: r
              expr: rate(requests_total[1m])
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        guard let interval = rule.interval else { return [] }
        let least = Double(interval.milliseconds) * rule.configuration.threshold("intervals", of: Self.description)
        return rule.first(of: rule.calls) { call in
            guard ["rate", "increase", "delta", "changes", "resets"].contains(call.function),
                case .matrixSelector(let matrix)? = call.arguments.first?.withoutParentheses,
                case .literal(let window) = matrix.window, Double(window) < least
            else { return nil }
            let range = PrometheusDuration.string(.milliseconds(window))
            let every = PrometheusDuration.string(interval)
            let isGap = window <= interval.milliseconds
            return finding(
                isGap
                    ? "a range of \(range) in a rule that is evaluated every \(every): what grows between two windows is lost"
                    : "a range of \(range) is less than two evaluation intervals of \(every): one missed evaluation, and what grew meanwhile is lost",
                at: rule.position(of: matrix.range),
                hint: "at least \(PrometheusDuration.string(.milliseconds(Int64(least.rounded(.up)))))")
        }
    }
}
