import Alerts

/// Conditions on labels as words of a command line.
enum MatcherWords {
    /// `name=value` and so on; a first word without an operator is the name of the alert.
    static func matchers(_ words: [String]) throws(UsageError) -> [AlertMatcher] {
        var matchers: [AlertMatcher] = []
        for (index, word) in words.enumerated() {
            do throws(MatcherSyntax.Refusal) { matchers.append(try MatcherSyntax.matcher(word)) } catch {
                guard index == 0, !word.contains(where: "=~!{}\"".contains) else {
                    throw UsageError("\(error); write name=value, name!=value, name=~pattern or name!~pattern")
                }
                matchers.append(AlertMatcher("alertname", equals: word))
            }
        }
        return matchers
    }

    /// `filter=…&filter=…`
    static func filters(_ matchers: [AlertMatcher]) -> [(name: String, value: String)] {
        matchers.map { ("filter", $0.description) }
    }
}
