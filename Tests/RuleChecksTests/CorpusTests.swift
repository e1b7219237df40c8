import Base
import JSON
import PromQL
import TestSupport
import Testing

@testable import RuleChecks

/// Every rule file of the corpus against what promtool 3.5 says of it.
@Suite("Rule files of the corpus")
struct CorpusTests {
    @Test func areAcceptedRefusedAndCountedAsPromtoolDoes() throws {
        guard let corpus = Surroundings.corpus() else { return }
        let verdicts = try JSONValue(parsing: TemporaryFolder.text(of: corpus + "/rules/verdicts.json"))
        let files = try #require(verdicts["files"]?.object)
        var seen = 0
        for member in files where member.value["kind"]?.string == "rules" {
            seen += 1
            let report = CheckCommand.report(on: ["\(corpus)/rules/\(member.key)"], options: CheckOptions())
            let file = try #require(report.files.first, "\(member.key): \(report.failures)")
            let errors = file.problems.filter { $0.severity == .error }
            #expect(errors.isEmpty == member.value["accept"]?.bool, "\(member.key): \(errors)")
            #expect(errors.allSatisfy { $0.position != nil }, "\(member.key): an error without a place")
            if errors.isEmpty, let count = member.value["count"]?.integer {
                #expect(Int64(file.count("rules")) == count, "\(member.key)")
            }
        }
        #expect(seen > 200)
    }

    @Test func otherKindsAreTold() throws {
        guard let corpus = Surroundings.corpus() else { return }
        let verdicts = try JSONValue(parsing: TemporaryFolder.text(of: corpus + "/rules/verdicts.json"))
        let kinds = ["tests": FileKind.unitTest, "amconfig": .configuration, "rules": .rules]
        for member in try #require(verdicts["files"]?.object) {
            let report = CheckCommand.report(on: ["\(corpus)/rules/\(member.key)"], options: CheckOptions())
            guard let kind = report.files.first?.kind else { continue }
            #expect(kind == kinds[member.value["kind"]?.string ?? ""], "\(member.key)")
        }
    }
}
