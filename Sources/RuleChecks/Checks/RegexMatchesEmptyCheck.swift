import Base
import PromQL
import TimeSeries

/// `{job=~".*"}`: a pattern that fits everything, also no value at all.
struct RegexMatchesEmptyCheck: RuleCheck {
    static let description = CheckDescription(
        "regex-matches-empty", "a pattern fits the empty text, and with it series that lack the label",
        reason: """
            `=~".*"` is true of every series, with the label and without: it does nothing but cost. `.+` demands the label.
            `=~"a||b"` has an empty alternative, left by mistake, and selects series without the label too; an empty alternative in
            front or at the end (`"|a"`, `"a|"`) is taken as meant. `!~".*"` selects nothing at all.
            """,
        isFixable: true,
        bad: [
            """
            - record: r
              expr: sum(errors{job=~'.*'})
            """,
            """
            - record: r
              expr: sum(errors{job=~'api||web'})
            """,
            """
            - record: r
              expr: sum(errors{job!~'.*'})
            """,
        ],
        good: [
            """
            - record: r
              expr: sum(errors{job=~'.+'})
            """,
            """
            - record: r
              expr: sum(errors{job=~'|api'})
            """,
            """
            - record: r
              expr: sum(errors{job!~'api|'})
            """,
        ])

    private static let everything: Set<String> = [".*", "(.*)", "^.*$", "^.*", ".*$"]

    func findings(in rule: RuleContext) -> [Finding] {
        rule.first(of: rule.selectors) { selector in
            selector.matchers.compactMap { matcher in finding(of: matcher, selector, rule) }
        }
    }

    private func finding(of matcher: LabelMatcher, _ selector: VectorSelector, _ rule: RuleContext) -> Finding? {
        guard matcher.operation == .matches || matcher.operation == .notMatches else { return nil }
        let isEverything = Self.everything.contains(matcher.value)
        guard isEverything || matcher.operation == .matches && matcher.matchesEmpty else { return nil }
        let place = rule.position(of: selector.range)
        let text = "\(matcher.name)\(matcher.operation.rawValue)\"\(matcher.value)\""
        if isEverything {
            if matcher.operation == .notMatches {
                return finding("\(text) is true of no series, so nothing is selected", at: place)
            }
            let edit = MatcherPlace(matcher, of: selector, in: rule)?.withComma(in: rule)
            return finding(
                "\(text) is true of every series, also of those without the label", at: place,
                hint: "leave it out, or demand a value with .+",
                fix: edit.flatMap { rule.edit($0, "") }.map { [$0] } ?? [])
        }
        guard matcher.value.contains("||") else { return nil }
        return finding(
            "\(text) has an empty alternative, so series without the label are selected too", at: place,
            hint: "if that is meant, write it first: \"|…\"")
    }
}
