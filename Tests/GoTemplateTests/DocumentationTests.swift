import Base
import GoTemplate
import TestSupport
import Testing

/// The examples of docs/templates.md, run.
@Suite("docs/templates.md")
struct DocumentationTests {
    struct Example: CustomTestStringConvertible {
        var section: String
        var template: String
        var result: String
        var testDescription: String { template }
    }

    static let examples = read(TemporaryFolder.text(of: "\(Surroundings.root)/docs/templates.md"))

    @Test func hasAnExamplePerFunction() {
        #expect(Self.examples.count > 60)
        let rules = Self.examples.filter { $0.section != "In notifications" }.map(\.template).joined()
        for name in FunctionTable.prometheus.names where name != "call" { #expect(rules.contains(name), "\(name)") }
        let all = Self.examples.map(\.template).joined()
        for name in FunctionTable.alertmanager.names where name != "call" { #expect(all.contains(name), "\(name)") }
    }

    @Test("says what is", arguments: examples)
    func example(_ example: Example) throws {
        let outcome: TemplateOutcome
        switch example.section {
        case "In rules": outcome = try Self.rule(example.template)
        case "HTML":
            let set = TemplateSet(functions: .alertmanager)
            outcome = set.expand(example.template, data: .undefined, asHTML: true)
        default:
            let set = TemplateSet(functions: .alertmanager)
            let now = ZonedTime(unixSeconds: 1_767_326_645)
            var environment = TemplateEnvironment(now: now)
            environment.routeLabels = Self.notification.routeLabels
            outcome = set.expand(example.template, data: Self.notification, environment: environment)
        }
        let text = outcome.text.map { $0.hasSuffix("\n") || $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }
        #expect(text == example.result, "\(outcome.error?.message ?? "")")
    }

    private static func rule(_ text: String) throws -> TemplateOutcome {
        let template = try RuleTemplate(alert: "A", text: text)
        let data = RuleTemplate.Data(
            labels: ["instance": "web-1.example:9090", "job": "node"], externalLabels: ["cluster": "eu"],
            externalURL: "http://prom.example/p", value: 1_234_567.5)
        let answers = [
            "up": QueryAnswer.samples([
                QuerySample(labels: ["l": "b", "__value__": "text"], value: 2),
                QuerySample(labels: ["l": "a"], value: 1),
            ])
        ]
        return template.expand(data, at: Timestamp(milliseconds: 1_600_000_000_000), answers: answers)
    }

    private static var notification: TemplateValue {
        var data = NotificationData()
        data.status = "firing"
        data.routeLabels = ["team": "db"]
        data.groupLabels = ["alertname": "Disk", "job": "node"]
        data.alerts = [
            .init(
                status: "firing", labels: data.groupLabels, annotations: [:],
                startsAt: ZonedTime(unixSeconds: 1_767_323_045))
        ]
        return data.value
    }

    private static func read(_ text: String) -> [Example] {
        var examples: [Example] = []
        var section = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("## ") { section = String(line.dropFirst(3)) }
            guard line.hasPrefix("| `") else { continue }
            let cells = cells(String(line))
            if cells.count == 2 { examples.append(Example(section: section, template: cells[0], result: cells[1])) }
        }
        return examples
    }

    /// The cells of a table's line without their back ticks; `\|` stands for a bar.
    private static func cells(_ line: String) -> [String] {
        var cells: [String] = [""]
        var escaped = false
        for character in line {
            if escaped {
                cells[cells.count - 1] += character == "|" ? "|" : "\\\(character)"
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "|" {
                cells.append("")
            } else {
                cells[cells.count - 1].append(character)
            }
        }
        return cells.dropFirst().dropLast().map { String($0.dropFirst(2).dropLast(2)) }
    }
}
