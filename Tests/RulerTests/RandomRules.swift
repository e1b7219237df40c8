import PromQL
import RuleFiles
import TestSupport

/// Rule files of a few groups, their expressions out of a stock that covers selectors, ranges, offsets, subqueries, chained
/// rules and alerts about alerts.
enum RandomRules {
    static let expressions = [
        "up == 0", "m > 6", "m{job=\"a\"} > 3", "m{instance=~\"i[01]\"} > 4", "sum by (job) (m) > 8",
        "avg_over_time(m[2m]) > 5", "sum by (job) (rate(req_total[2m])) > 0.2", "m offset 1m > 7",
        "absent(m{job=\"c\"})", "absent(up{job=\"b\"} == 1)", "max_over_time(m[5m:30s]) > 9",
        "sum by (job) (m) / sum by (job) (n) > 1.2", "sum by (job) (m) / sum by (job) (n) > 2",
        "rec:a > 10", "rec:b", "rec:a / on (job) sum by (job) (n) > 1", "count_over_time(rec:a[3m]) > 2",
        "count(ALERTS{alertstate=\"firing\"}) > 2", "ALERTS_FOR_STATE > 0 and on () (sum(m) > 20)",
        "m - m offset 5m > 4", "changes(up[4m]) > 1", "sum(m) > 20 and on () vector(1)", "vector(1) > 0",
        "count(m) unless on () (sum(n) > 30)", "label_replace(m > 8, \"host\", \"$1\", \"instance\", \"(.).*\")",
        "rate(req_total[1m]) > bool 0.1", "time() - timestamp(m) > 20", "sum without (instance) (m) > rec:b",
    ]

    static func text(_ random: inout SeededGenerator) -> String {
        var text = "groups:\n"
        for group in 0..<(1 + random.upTo(2)) {
            text += "  - name: g\(group)\n    interval: 30s\n    rules:\n"
            if group == 0 {
                text += "      - {record: 'rec:a', expr: 'sum by (job) (m)'}\n"
                text += "      - {record: 'rec:b', expr: '\(random.pick(["n > 5", "sum by (job) (n)", "m + n"]))'}\n"
            }
            for rule in 0..<(2 + random.upTo(4)) {
                let expression = random.pick(expressions)
                if random.chance(25) {
                    text += "      - {record: 'out:g\(group)r\(rule)', expr: '\(expression)', labels: {by: sim}}\n"
                } else {
                    text += "      - {alert: 'G\(group)R\(rule)', expr: '\(expression)', labels: {severity: page}"
                    text += ", for: \(random.pick(["0s", "0s", "30s", "1m", "5m"]))"
                    text += ", keep_firing_for: \(random.pick(["0s", "0s", "1m", "3m"]))}\n"
                }
            }
        }
        return text
    }

    /// The same rules by name, some with another expression.
    static func withOtherExpressions(_ file: RuleFile, _ random: inout SeededGenerator) -> RuleFile {
        var copy = file
        for group in copy.groups.indices {
            for rule in copy.groups[group].rules.indices
            where random.chance(30) && copy.groups[group].rules[rule].isAlerting {
                let text = random.pick(expressions)
                guard let parsed = try? PromQLParser.parse(text) else { continue }
                copy.groups[group].rules[rule].expression.expr = parsed
                copy.groups[group].rules[rule].expression.text = text
            }
        }
        return copy
    }
}
