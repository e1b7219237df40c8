import Base

/// One alert name stands for different things that are differently bad.
struct ClashingSeverityCheck: RuleCheck {
    static let description = CheckDescription(
        "clashing-severity",
        "rules of one alert name have different severities for the same condition, or stand in different files",
        reason: """
            Routes, inhibitions and silences go by name and severity. Two rules of one name and one condition but with different severities
            page twice for one thing. Two rules of one name in different files that look at different things make a silence for one
            a silence for the other. Left alone is what many do on purpose: one name with several thresholds, or several windows in
            one file, each with its own severity.
            """,
        bad: [
            """
            - alert: Down
              expr: up == 0
              labels: {severity: critical}
            - alert: Down
              expr: up == 0
              labels: {severity: warning}
            """,
            CheckExample(
                """
                - alert: Down
                  expr: up == 0
                  labels: {severity: critical}
                """,
                """
                - alert: Down
                  expr: probe_success == 0
                  labels: {severity: warning}
                """),
        ],
        good: [
            """
            - alert: Full
              expr: disk_used_ratio > 0.95
              labels: {severity: critical}
            - alert: Full
              expr: disk_used_ratio > 0.8
              labels: {severity: warning}
            """,
            CheckExample(
                """
                - alert: Full
                  expr: disk_used_ratio > 0.95
                  labels: {severity: critical}
                """,
                """
                - alert: Full
                  expr: disk_used_ratio > 0.8
                  labels: {severity: warning}
                """),
        ])

    func findings(across catalogue: RuleCatalogue) -> [Finding] {
        catalogue.alerts.values.flatMap { indices -> [Finding] in
            guard indices.count > 1 else { return [] }
            let entries = indices.prefix(200).map { catalogue.entries[$0] }
            let severities = entries.map(\.severity)
            guard Set(severities).count > 1 else { return [] }
            // What a file does with the severities of a name within itself, it does on purpose.
            var own: [String: Set<String?>] = [:]
            for index in entries.indices {
                own[catalogue.file(of: entries[index]), default: []].insert(severities[index])
            }
            return entries.indices.compactMap { index in
                guard let severity = severities[index], !severity.contains("{{") else { return nil }
                let clash = entries.indices.first { other in
                    guard other < index, let theirs = severities[other], theirs != severity, !theirs.contains("{{")
                    else {
                        return false
                    }
                    if catalogue.file(of: entries[other]) == catalogue.file(of: entries[index]) {
                        return entries[other].hasSameExpression(as: entries[index])
                    }
                    if own[catalogue.file(of: entries[index])]?.contains(theirs) ?? false { return false }
                    return !entries[other].differsInNumbersOnly(from: entries[index])
                        || entries[other].hasSameExpression(as: entries[index])
                }
                guard let clash else { return nil }
                let place = catalogue.place(of: entries[clash], from: entries[index])
                return finding(
                    "'\(entries[index].name)' has the severity \(severity) here and \(severities[clash] ?? "") in \(place)",
                    at: entries[index].position, hint: "give the two different names, or one severity")
            }
        }
    }
}
