import Base
import RuleFiles

/// Two rules write the same series: the same name and labels, whatever their expressions.
struct DuplicateRulesCheck: RuleCheck {
    static let description = CheckDescription(
        "duplicate-rules", "two rules have the same name and labels, so that their results mix",
        reason: """
            Two recording rules of one name and the same labels write the same series: where both have a value, one is dropped as a duplicate
            or both alternate. Two alerts of one name and the same labels cannot be told apart in pages, silences and history.
            Rules of one file are compared, and those of all files of the run: recording rules by name and labels, alerts of different
            files only when their expressions are the same too.
            """,
        bad: [
            """
            - record: r
              expr: a
            - record: r
              expr: b
            """,
            """
            - alert: Down
              expr: up{job='a'} == 0
            - alert: Down
              expr: up{job='b'} == 0
            """,
            CheckExample(
                """
                - record: job:up:sum
                  expr: sum by (job) (up)
                """,
                """
                - record: job:up:sum
                  expr: sum by (job) (up{env='prod'})
                """),
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                """,
                """
                - alert: Down
                  expr: (up ==  0)
                """),
        ],
        good: [
            """
            - record: r
              expr: a
            - record: r
              expr: b
              labels: {kind: other}
            """,
            CheckExample(
                """
                - alert: Down
                  expr: up{job='a'} == 0
                """,
                """
                - alert: Down
                  expr: up{job='b'} == 0
                """),
        ])

    /// A rule and the one before it that it repeats.
    private struct Pair {
        var rule: RuleCatalogue.Entry
        var first: RuleCatalogue.Entry
    }

    /// From how many rules on two files are told of once instead of rule by rule.
    private static let copies = 4

    func findings(across catalogue: RuleCatalogue) -> [Finding] {
        var pairs: [Pair] = []
        for indices in catalogue.recorders.values where indices.count > 1 { pairs += duplicates(indices, catalogue) }
        for indices in catalogue.alerts.values where indices.count > 1 { pairs += duplicates(indices, catalogue) }
        var between: [[String]: [Pair]] = [:]
        var found: [Finding] = []
        for pair in pairs {
            let files = [catalogue.file(of: pair.rule), catalogue.file(of: pair.first)]
            if files[0] == files[1] {
                found.append(told(pair, catalogue))
            } else {
                between[files, default: []].append(pair)
            }
        }
        for (files, pairs) in between {
            let sorted = pairs.sorted { ($0.rule.position?.line ?? 0) < ($1.rule.position?.line ?? 0) }
            if sorted.count < Self.copies {
                found += sorted.map { told($0, catalogue) }
            } else if let first = sorted.first {
                found.append(
                    finding(
                        "\(sorted.count) rules of this file stand in \(files[1]) too, the first is '\(first.rule.name)'",
                        at: first.rule.position, hint: "Prometheus must not load both files"))
            }
        }
        return found
    }

    private func told(_ pair: Pair, _ catalogue: RuleCatalogue) -> Finding {
        let place = catalogue.place(of: pair.first, from: pair.rule)
        return finding(
            "'\(pair.rule.name)' with the same labels stands in \(place) already", at: pair.rule.position,
            hint: pair.rule.isAlerting ? "nobody can tell them apart" : "their results mix")
    }

    /// Of rules of one name, those that come after another with the same labels.
    private func duplicates(_ indices: [Int], _ catalogue: RuleCatalogue) -> [Pair] {
        var seen: [[String]: [RuleCatalogue.Entry]] = [:]
        var found: [Pair] = []
        for index in indices {
            let entry = catalogue.entries[index]
            let file = catalogue.file(of: entry)
            let first = seen[entry.labelKey]?.first { other in
                !entry.isAlerting || catalogue.file(of: other) == file || other.hasSameExpression(as: entry)
            }
            if let first {
                found.append(Pair(rule: entry, first: first))
            } else if seen[entry.labelKey, default: []].count < 100 {
                seen[entry.labelKey, default: []].append(entry)
            }
        }
        return found
    }
}
