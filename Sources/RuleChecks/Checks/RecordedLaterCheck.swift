import Base

/// A rule reads a metric that a later rule of its group records: it sees the last evaluation's value.
struct RecordedLaterCheck: RuleCheck {
    static let description = CheckDescription(
        "recorded-later", "a rule reads a metric that is recorded further down in its group",
        reason: """
            The rules of a group are evaluated one after the other, and each sees the results of those before it. A rule that reads what
            comes later sees the value of the evaluation before: one interval old, and nothing at all after a start. Put
            the recording first. Reading with `offset` or over a range is left alone, and so is a rule that reads its own past.
            """,
        bad: [
            """
            - alert: Errors
              expr: job:errors:rate5m > 1
            - record: job:errors:rate5m
              expr: sum by (job) (rate(errors_total[5m]))
            """
        ],
        good: [
            """
            - record: job:errors:rate5m
              expr: sum by (job) (rate(errors_total[5m]))
            - alert: Errors
              expr: job:errors:rate5m > 1
            """,
            """
            - alert: Errors
              expr: job:errors:rate5m offset 1h > 1
            - record: job:errors:rate5m
              expr: sum by (job) (rate(errors_total[5m]))
            """,
        ])

    func findings(across catalogue: RuleCatalogue) -> [Finding] {
        catalogue.readers { entry, index, name, recorders in
            guard let later = recorders.first(where: { $0 > index && catalogue.entries[$0].group == entry.group }),
                !recorders.contains(where: { $0 <= index && catalogue.entries[$0].group == entry.group })
            else { return nil }
            let place = catalogue.place(of: catalogue.entries[later], from: entry)
            return finding(
                "'\(name)' is recorded further down, in \(place): this rule sees the value of the evaluation before",
                at: entry.position, hint: "put the recording first")
        }
    }
}
