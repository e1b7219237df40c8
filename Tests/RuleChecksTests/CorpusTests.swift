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

    /// What the checks that are on by default say of the corpus: with RULEVAL_SOAK=1 fifty warnings, drawn by a seed, are
    /// printed to be judged by a person.
    @Test func giveWarningsThatCanBeDefended() throws {
        guard let corpus = Surroundings.corpus() else { return }
        let rules = corpus + "/rules"
        // Each project by itself: nobody loads them together.
        let projects = TemporaryFolder.names(in: rules).filter { $0.contains("+") }.sorted()
        var lines: [String] = []
        for project in projects {
            let report = CheckCommand.report(on: ["\(rules)/\(project)"], options: CheckOptions())
            for file in report.files {
                for problem in file.problems where problem.severity == .warning && problem.check != nil {
                    let line = problem.position.flatMap { file.source?.text(ofLine: $0.line) } ?? ""
                    lines.append(
                        "\(problem.description.replacing(rules + "/", with: ""))\n      \(line.trimmingBlanks.prefix(200))"
                    )
                }
            }
        }
        #expect(lines.count > 100)
        guard Surroundings.isSoak else { return }
        let seed: UInt64 = 20_261_128
        var random = Spoiler(seed: seed)
        Surroundings.say("fifty of \(lines.count) warnings, seed \(seed):")
        for number in 1...50 { Surroundings.say("\(number). \(lines.remove(at: random.number(lines.count)))") }
    }
}

extension String {
    fileprivate var trimmingBlanks: Substring { self[...].drop { $0 == " " } }
}
