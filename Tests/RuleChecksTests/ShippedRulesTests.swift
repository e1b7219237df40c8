import Base
import RuleFiles
import TestSupport
import Testing

@testable import RuleChecks

/// What rules/ holds: clean by our own checks, tested, with runbooks.
@Suite("Shipped rules")
struct ShippedRulesTests {
    private static let rules = Surroundings.root + "/rules"

    private static func ruleFiles() throws -> [String] {
        try PathGlob.expand(rules + "/*/*.yml")
    }

    @Test func passOurOwnChecks() throws {
        #expect(try !Self.ruleFiles().isEmpty)
        let report = CheckCommand.report(on: [Self.rules], options: CheckOptions())
        #expect(report.failures.isEmpty)
        for file in report.files { #expect(file.problems.isEmpty, "\(file.name): \(file.problems)") }
    }

    @Test func everyAlertSaysHowBadItIsWhatItMeansAndWhatToDo() throws {
        for path in try Self.ruleFiles() {
            let file = try #require(RuleFileLoader.load(path: path).file)
            for rule in file.groups.flatMap(\.rules) where rule.isAlerting {
                let severity = rule.labels.first { $0.name == "severity" }?.text
                #expect(["critical", "warning"].contains(severity), "\(rule.name)")
                let annotations = Dictionary(rule.annotations.map { ($0.name, $0.text) }) { $1 }
                #expect(annotations["summary"]?.isEmpty == false, "\(rule.name)")
                #expect(annotations["description"]?.isEmpty == false, "\(rule.name)")
                let link = try #require(annotations["runbook_url"], "\(rule.name)")
                let parts = link.split(separator: "#").map(String.init)
                let page = try #require(parts[0].firstRange(of: "/docs/"), "\(link)")
                let text = TemporaryFolder.text(of: Surroundings.root + parts[0][page.lowerBound...])
                #expect(parts.count == 2 && parts[1] == rule.name.lowercased(), "\(link)")
                #expect(text.contains("\n## \(rule.name)\n"), "\(link) leads nowhere")
            }
        }
    }

    @Test func passTheirUnitTestsOnTheRealPromtool() async throws {
        guard let promtool = Surroundings.peer("promtool") else { return }
        let tests = try PathGlob.expand(Self.rules + "/*/tests/*_test.yml")
        #expect(!tests.isEmpty)
        let folder = try TemporaryFolder()
        let result = try await ChildProcess.run(promtool, ["test", "rules"] + tests, folder: folder)
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }
}
