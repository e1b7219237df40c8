import Base
import PromQL
import TimeSeries

/// `{job=~"api"}`: a regular expression that fits one text only.
struct RegexLiteralCheck: RuleCheck {
    static let description = CheckDescription(
        "regex-literal", "a regular expression without any operator, where = or != say the same",
        reason: """
            Patterns in matchers fit whole values, so one without operators fits just itself. `=` says that at a glance, and the server
            need not look through all values of the label.
            """,
        isFixable: true,
        bad: [
            """
            - alert: Down
              expr: up{job=~'api'} == 0
            """,
            """
            - record: r
              expr: sum(errors{code!~"200"})
            """,
        ],
        good: [
            """
            - alert: Down
              expr: up{job='api'} == 0
            """,
            """
            - record: r
              expr: sum(errors{code!~"2.."})
            """,
            """
            - record: r
              expr: a{version=~'1\\\\.2'}
            """,
        ])

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.selectors) { selector in
            selector.matchers.compactMap { matcher -> Finding? in
                guard matcher.operation == .matches || matcher.operation == .notMatches, Self.isLiteral(matcher.value)
                else {
                    return nil
                }
                let isPositive = matcher.operation == .matches
                let place = MatcherPlace(matcher, of: selector, in: rule)
                let fix = place.flatMap { rule.edit($0.operation, isPositive ? "=" : "!=") }
                return finding(
                    "the pattern \"\(matcher.value)\" has no operator, so \(matcher.name)\(isPositive ? "=" : "!=")\"\(matcher.value)\" says the same",
                    at: rule.position(of: selector.range), fix: fix.map { [$0] } ?? [])
            }
        }
    }

    private static func isLiteral(_ pattern: String) -> Bool {
        !pattern.utf8.contains { byte in ".+*?()|[]{}^$\\".utf8.contains(byte) }
    }
}
