import Base

/// A rule reads a metric that another group records, less often.
struct RecordedElsewhereCheck: RuleCheck {
    static let description = CheckDescription(
        "recorded-elsewhere", "a rule reads a metric that a group with a longer interval records",
        reason: """
            Groups are evaluated independently of each other. When the other group runs less often, a rule evaluates the same old value
            several times: `for` counts evaluations that saw nothing new, and with an interval of more than five minutes the
            series disappears between two recordings. Said where the intervals are known. With the threshold `longer: 0` every use
            of another group's recording is told, as it may be up to one interval old.
            """,
        thresholds: [
            .init(
                name: "longer", value: 1,
                meaning: "how many times this group's interval the other's must exceed; 0 tells all")
        ],
        bad: [
            """
            groups:
            - name: slow
              interval: 10m
              rules:
              - record: job:errors:rate1h
                expr: sum by (job) (rate(errors_total[1h]))
            - name: example
              interval: 1m
              rules:
              - alert: Errors
                expr: job:errors:rate1h > 1
            """,
            CheckExample(
                """
                groups:
                - name: one
                  rules:
                  - record: job:up:sum
                    expr: sum by (job) (up)
                - name: other
                  rules:
                  - alert: Down
                    expr: job:up:sum == 0
                """,
                configuration: "thresholds: {recorded-elsewhere: {longer: 0}}"),
        ],
        good: [
            """
            groups:
            - name: one
              rules:
              - record: job:up:sum
                expr: sum by (job) (up)
            - name: other
              rules:
              - alert: Down
                expr: job:up:sum == 0
            """
        ])

    func findings(across catalogue: RuleCatalogue) -> [Finding] {
        catalogue.readers { entry, _, name, recorders in
            let own = catalogue.groups[entry.group]
            guard !recorders.contains(where: { catalogue.entries[$0].group == entry.group }),
                let first = recorders.first
            else { return nil }
            let origin = catalogue.entries[first]
            let other = catalogue.groups[origin.group]
            let factor = own.longer
            if factor > 0 {
                guard let ownInterval = own.interval, let interval = other.interval,
                    Double(interval.milliseconds) > Double(ownInterval.milliseconds) * factor
                else { return nil }
            }
            let place = catalogue.place(of: origin, from: entry)
            var message = "'\(name)' is recorded by the group '\(other.name)' (\(place))"
            if let interval = other.interval {
                message += " every \(PrometheusDuration.string(interval))"
                if interval > .seconds(300) {
                    return finding(
                        message + ": five minutes after each recording it is gone", at: entry.position,
                        hint: "record it more often, or read it with last_over_time")
                }
            }
            if let interval = own.interval {
                message += ", this rule is evaluated every \(PrometheusDuration.string(interval))"
            }
            return finding(message, at: entry.position, hint: "in one group the order is certain")
        }
    }
}
