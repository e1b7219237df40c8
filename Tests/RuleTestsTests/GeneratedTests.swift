import RuleTests

/// A file of unit tests in the making: what is expected is filled in from what came out, then spoilt here and there.
struct GeneratedTests {
    struct AlertCheck {
        var time: String
        var name: String
        var expected: [(labels: [(String, String)], annotations: [(String, String)])] = []
    }

    struct ExpressionCheck {
        var time: String
        var expression: String
        var expected: [(labels: String, value: String)] = []
    }

    struct Case {
        var lines: [String] = []
        var alerts: [AlertCheck] = []
        var expressions: [ExpressionCheck] = []
    }

    var head: [String] = []
    var cases: [Case] = []

    /// The file, and the line on which each expectation begins: alerts, then expressions, case by case.
    func text() -> (text: String, lines: [[Int]]) {
        var out = head + ["tests:"]
        var places: [[Int]] = []
        for test in cases {
            var own: [Int] = []
            for (index, line) in test.lines.enumerated() { out.append((index == 0 ? "  - " : "    ") + line) }
            if !test.alerts.isEmpty { out.append("    alert_rule_test:") }
            for check in test.alerts {
                own.append(out.count + 1)
                out += ["      - eval_time: \(check.time)", "        alertname: \(check.name)"]
                if !check.expected.isEmpty { out.append("        exp_alerts:") }
                for alert in check.expected {
                    out.append("          - exp_labels: {\(Self.mapping(alert.labels))}")
                    out.append("            exp_annotations: {\(Self.mapping(alert.annotations))}")
                }
            }
            if !test.expressions.isEmpty { out.append("    promql_expr_test:") }
            for check in test.expressions {
                own.append(out.count + 1)
                out.append("      - expr: \(UnitTestGenerator.quoted(check.expression))")
                out.append("        eval_time: \(check.time)")
                if !check.expected.isEmpty { out.append("        exp_samples:") }
                for sample in check.expected {
                    out.append("          - labels: \(UnitTestGenerator.quoted(sample.labels))")
                    out.append("            \(Self.value(sample.value))")
                }
            }
            places.append(own)
        }
        return (out.joined(separator: "\n") + "\n", places)
    }

    private static func mapping(_ pairs: [(String, String)]) -> String {
        pairs.map { "\($0.0): \(UnitTestGenerator.quoted($0.1))" }.joined(separator: ", ")
    }

    private static func value(_ text: String) -> String {
        if text.hasPrefix("{{") { return "histogram: \(UnitTestGenerator.quoted(text))" }
        return "value: " + (["NaN": ".nan", "+Inf": ".inf", "-Inf": "-.inf"][text] ?? text)
    }

    // MARK: filling

    /// Takes what came out although it was not expected for expected.
    mutating func fill(from failures: [ScriptReport.Failure], lines: [[Int]]) {
        let told = Dictionary(failures.map { ($0.line, $0.message) }, uniquingKeysWith: { first, _ in first })
        for place in cases.indices {
            let alerts = cases[place].alerts.count
            for (index, line) in lines[place].enumerated() {
                guard let message = told[line], !message.contains(", err:") else { continue }
                for surplus in message.split(separator: "\n").compactMap({
                    $0.wholeMatch(of: #/  not expected: (.*)/#)?.1
                }) {
                    if index < alerts {
                        cases[place].alerts[index].expected += Self.alert(surplus)
                    } else {
                        cases[place].expressions[index - alerts].expected += Self.sample(surplus)
                    }
                }
            }
        }
    }

    private static func alert(_ text: Substring) -> [(labels: [(String, String)], annotations: [(String, String)])] {
        guard let match = text.wholeMatch(of: /labels (\{.*\}), annotations (\{.*\})/) else { return [] }
        return [(labels(match.1).filter { $0.0 != "alertname" }, labels(match.2))]
    }

    private static func labels(_ text: Substring) -> [(String, String)] {
        text.matches(of: /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/).map { match in
            (String(match.1), String(match.2).replacing("\\\"", with: "\"").replacing("\\n", with: "\n"))
        }
    }

    private static func sample(_ text: Substring) -> [(labels: String, value: String)] {
        guard let match = text.wholeMatch(of: /(.*?) (\{\{.*\}\}|[^ ]+)/) else { return [] }
        return [(String(match.1), String(match.2))]
    }

    /// Makes some expectations wrong.
    mutating func spoil(_ choices: inout SeededChoices) {
        for place in cases.indices {
            if choices.chance(15), !cases[place].alerts.isEmpty {
                let index = choices.number(cases[place].alerts.count)
                Self.spoil(&cases[place].alerts[index].expected, &choices)
            }
            if choices.chance(15), !cases[place].expressions.isEmpty {
                let index = choices.number(cases[place].expressions.count)
                Self.spoil(&cases[place].expressions[index].expected, &choices)
            }
        }
    }

    private static func spoil(
        _ expected: inout [(labels: [(String, String)], annotations: [(String, String)])],
        _ choices: inout SeededChoices
    ) {
        if expected.isEmpty { return expected.append(([], [])) }
        switch choices.number(4) {
        case 0: expected.removeLast()
        case 1: expected[0].labels.append(("extra", "1"))
        case 2: expected[0].annotations.append(("other", "x"))
        default: expected.append(([("a", "")], []))
        }
    }

    private static func spoil(_ expected: inout [(labels: String, value: String)], _ choices: inout SeededChoices) {
        guard let first = expected.first else { return expected.append(("", "0")) }
        switch choices.number(3) {
        case 0: expected.removeLast()
        case 1: expected.append(first)
        default:
            guard let value = Double(first.value), value.isFinite else { return }
            // The next number is equal for fuzzy_compare.
            expected[0].value = "\(choices.chance(50) ? value.nextUp : value.nextUp.nextUp)"
        }
    }
}
