import Base
import PromQL

/// `absent(x or vector(0))`: there is always a value, so nothing is ever absent.
struct AlwaysPresentCheck: RuleCheck {
    static let description = CheckDescription(
        "absent-of-present", "absent is asked about an expression that always has a value",
        reason: """
            `absent` gives 1 when its argument has no series. With `or vector(0)` inside, or with an argument such as `vector(1)` or
            `hour()`, it always has one, so the alert never fires.
            """,
        bad: [
            """
            - alert: NoRequests
              expr: absent(sum(rate(requests_total[5m])) or vector(0))
            """,
            """
            - alert: Never
              expr: absent(hour())
            """,
        ],
        good: [
            """
            - alert: NoRequests
              expr: absent(sum(rate(requests_total[5m])))
            """,
            """
            - alert: Never
              expr: absent(up == 0) or vector(0) > 1
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.calls) { call in
            guard call.function == "absent" || call.function == "absent_over_time", let argument = call.arguments.first,
                argument.isAlwaysPresent
            else { return nil }
            return finding(
                "what stands in \(call.function)() always has a value, so it is never absent",
                at: rule.position(of: call.range))
        }
    }
}
