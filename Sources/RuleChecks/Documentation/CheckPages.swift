import Base

/// The pages of docs/checks/, written from the registry.
public enum CheckPages {
    /// A file below docs/checks/.
    public struct Page: Sendable {
        /// Its name in that folder.
        public var name: String
        /// Markdown.
        public var text: String
    }

    /// The index and a page for every check.
    public static func all() -> [Page] {
        [Page(name: "README.md", text: index())]
            + RuleCheckRegistry.descriptions.map { check in
                Page(name: "\(check.name).md", text: page(of: check))
            }
    }

    private static func index() -> String {
        var text = CheckPages.introduction
        for (title, wanted) in [
            ("On unless switched off", CheckDescription.Mode.on), ("With `--prometheus URL`", .online),
            ("House style: off until switched on", .houseStyle),
        ] {
            text += "\n## \(title)\n\n| check | what it finds |\n|---|---|\n"
            for check in RuleCheckRegistry.descriptions where check.mode == wanted {
                text += "| [`\(check.name)`](\(check.name).md) | \(check.summary) |\n"
            }
        }
        return text
    }

    private static func page(of check: CheckDescription) -> String {
        var text = "# \(check.name)\n\n\(sentence(check.summary)).\n\n\(check.reason)\n\n"
        text += "| | |\n|---|---|\n| severity | \(check.severity.rawValue) |\n| runs | \(check.mode.explanation) |\n"
        if check.isFixable { text += "| `--fix` | mends it where the rule is written in the usual way |\n" }
        for threshold in check.thresholds {
            text +=
                "| threshold `\(threshold.name)` | \(GoFloat.string(threshold.value, .general)): \(threshold.meaning) |\n"
        }
        for (title, examples) in [("Warned of", check.bad), ("Left alone", check.good)] where !examples.isEmpty {
            text += "\n## \(title)\n"
            for example in examples { text += block(example) }
        }
        return text
    }

    private static func block(_ example: CheckExample) -> String {
        var text = ""
        if let configuration = example.configuration {
            text += "\nWith this `.ruleval-lint.yml`:\n\n```yaml\n\(configuration)\n```\n"
        }
        for (index, file) in example.files.enumerated() {
            if index > 0 { text += "\nand in another file:\n" }
            text += "\n```yaml\n\(file)```\n"
        }
        return text
    }

    /// With a capital at the beginning, unless a function's name stands there.
    private static func sentence(_ text: String) -> String {
        let word = text.prefix { $0.isLetter || $0 == "_" }
        if ["histogram_quantile", "rate", "absent", "delta"].contains(word) {
            return "`\(word)`" + text.dropFirst(word.count)
        }
        return (text.first?.uppercased() ?? "") + text.dropFirst()
    }

    private static let introduction = """
        # What `ruleval check` says beyond errors

        An error means that Prometheus refuses the file. Everything here is a warning unless configured otherwise: Prometheus takes the
        rule, but it may not do what its author meant. Warnings leave the exit status at 0 unless `--strict` is given. These pages are
        written from the checks themselves; their examples are run by tests.

        A comment switches a check off for one rule, inside the rule or on the lines right above it; say why:

        ```yaml
        # ruleval:ignore identical-operands the ratio is 1 on purpose
        - record: always_one
          expr: a / a
        ```

        `--fix` mends what can be mended for certain, and leaves everything else of the file as it is, byte for byte.

        ## .ruleval-lint.yml

        The nearest file of this name in the folder of a rule file, or in one above, says what holds for it; every key may be absent. Checks
        are named as below; `all` names every one.

        ```yaml
        enable: [severity-label, recording-name]    # house style is off until it is named here
        disable: [regex-literal]
        severity:                                    # error, warning or info
          duplicate-rules: error
          irate-in-alert: info
        thresholds:
          short-range: {intervals: 4}
        evaluation_interval: 30s                     # of groups that do not say their own
        required_labels:                             # patterns fit the whole value; switches required-labels on
          severity: critical|warning|info
          team: '[a-z-]+'
        required_annotations:                        # switches required-annotations on
          summary: .+
          runbook_url: https://.+
        names:                                       # switches naming on
          alert: '[A-Z][A-Za-z0-9]+'
          recording: '[a-z0-9_]+:[a-z0-9_]+:[a-z0-9_]+'
          group: '[a-z0-9.-]+'
        ```

        """
}

extension CheckDescription.Mode {
    fileprivate var explanation: String {
        switch self {
        case .on: "unless switched off"
        case .houseStyle: "only where `.ruleval-lint.yml` switches it on"
        case .online: "with `--prometheus URL`, unless switched off"
        }
    }
}
