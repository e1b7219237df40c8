import Base
import TestSupport
import Testing

@testable import RuleTests

/// Files of unit tests made at random, judged by the real promtool and by us, case by case.
@Suite("Unit tests beside promtool")
struct PromtoolUnitTestComparisonTests {
    /// What the promtool at hand (3.5) does otherwise than 3.14; a case that uses it is not compared.
    static let knownDifferences: [(name: String, markers: [String])] = [
        // In 3.14 an extrapolation of a histogram ends where its count would be zero, as that of a counter always did.
        ("rate and increase of native histograms", ["rate(h[", "increase(h["]),
        // In 3.14 a histogram times a negative number is a gauge.
        ("the sign of native histograms", ["-h"]),
        // 3.14 refuses too many partners also where a filter leaves one of them.
        ("many partners of which a filter leaves one", ["many-to-one matching must be explicit"]),
        // There it prints every field of the histogram, here it does not.
        ("a native histogram printed as a number", ["%!f(int"]),
        // The last bit of Go's exp and exp2, in which interpolation in an exponential bucket ends, is not the C library's.
        ("exponentials in the last place", ["exp("]),
        ("quantiles of native histograms in the last place", ["histogram_quantile(0.5, h)"]),
    ]

    @Test func casesAreJudgedAsByPromtool() async throws {
        guard let promtool = Surroundings.peer("promtool") else { return }
        let first: UInt64 = Surroundings.isSoak ? .random(in: 0..<1_000_000) : 1
        let count: UInt64 = Surroundings.isSoak ? 4000 : 80
        Surroundings.say("unit tests beside promtool: seeds \(first) to \(first + count - 1)")
        var (compared, passed, skipped) = (0, 0, [String: Int]())
        let size: UInt64 = 40
        for begin in stride(from: first, to: first + count, by: Int(size)) {
            let folder = try TemporaryFolder()
            let seeds = begin..<min(begin + size, first + count)
            let files = try seeds.map { try Self.write($0, in: folder) }
            let junit = folder.path + "/promtool.xml"
            _ = try await ChildProcess.run(
                promtool, ["test", "rules", "--junit=\(junit)"] + files.map(\.path), folder: folder,
                within: .seconds(600))
            let verdicts = Self.verdicts(TemporaryFolder.text(of: junit))
            for file in files {
                let ours = UnitTestRunner().run(path: file.path).report
                guard let theirs = verdicts[file.path], theirs.count == ours.cases.count else {
                    // Not a test file at all for promtool: then it is none for us.
                    #expect(ours.failed > 0, "seed \(file.seed): promtool refuses the file\n\(file.text)")
                    continue
                }
                for (index, one) in ours.cases.enumerated() {
                    let told = file.all + one.failures.map(\.message).joined()
                    let known = Self.knownDifferences.first { $0.markers.contains { told.contains($0) } }
                    if let known, one.failures.isEmpty != theirs[index] {
                        skipped[known.name, default: 0] += 1
                        continue
                    }
                    compared += 1
                    if theirs[index] { passed += 1 }
                    #expect(
                        one.failures.isEmpty == theirs[index],
                        "seed \(file.seed), \(one.name): \(one.failures)\n\(file.all)")
                }
            }
        }
        Surroundings.say("unit tests beside promtool: \(compared) cases compared, \(passed) passed; known: \(skipped)")
        #expect(compared > Int(count))
        #expect(passed * 4 > compared && passed * 10 < compared * 9)
    }

    /// What is evaluated step by step and what is evaluated in one query must be the same.
    @Test func singleStepsAndRangesAgree() throws {
        let first: UInt64 = Surroundings.isSoak ? .random(in: 0..<1_000_000) : 5000
        Surroundings.say("ranges beside single steps: seeds from \(first)")
        for seed in first..<(first + (Surroundings.isSoak ? 4000 : 120)) {
            let folder = try TemporaryFolder()
            let file = try Self.write(seed, in: folder)
            var careful = UnitTestRunner()
            careful.playsSingleSteps = true
            let quick = UnitTestRunner().run(path: file.path).report
            let slow = careful.run(path: file.path).report
            for (one, other) in zip(quick.cases, slow.cases) {
                let texts = [one, other].map { $0.failures.map(\.message) }
                // Of several reasons not to go on, and of several series that are too many, one is named.
                let isNamedByChance = texts.joined().contains { message in
                    ["found duplicate series", "histogram has a bucket", "err: "].contains { message.contains($0) }
                }
                if isNamedByChance {
                    #expect(texts[0].isEmpty == texts[1].isEmpty, "seed \(seed), \(one.name)\n\(file.all)")
                } else {
                    #expect(texts[0] == texts[1], "seed \(seed), \(one.name)\n\(file.all)")
                }
            }
            #expect(quick.cases.count == slow.cases.count)
        }
    }

    private struct File {
        var seed: UInt64
        var path: String
        var text: String
        var rules: String
        var all: String { rules + text }
    }

    /// Writes a file whose expectations are mostly what comes out.
    private static func write(_ seed: UInt64, in folder: TemporaryFolder) throws -> File {
        var generator = UnitTestGenerator(seed: seed)
        let rules = generator.rules()
        var tests = generator.tests()
        try folder.write("\(seed)/rules.yml", rules)
        let (text, lines) = tests.text()
        let path = try folder.write("\(seed)/a_test.yml", text)
        tests.fill(from: UnitTestRunner().run(path: path).report.failures, lines: lines)
        tests.spoil(&generator.choices)
        let final = tests.text().text
        try folder.write("\(seed)/a_test.yml", final)
        return File(seed: seed, path: path, text: final, rules: rules)
    }

    /// Whether each case passed, by file, from promtool's JUnit report.
    private static func verdicts(_ xml: String) -> [String: [Bool]] {
        var verdicts: [String: [Bool]] = [:]
        for suite in xml.split(separator: "<testsuite ").dropFirst() {
            guard let name = suite.firstMatch(of: /name="([^"]*)"/)?.1 else { continue }
            let cases = suite.split(separator: "<testcase ").dropFirst()
            verdicts[String(name)] = cases.map { !$0.contains("<failure") }
        }
        return verdicts
    }
}
