import Base
import PromQL

/// Runs files of unit tests and of scripts, as `ruleval test` does.
public struct TestRun: Sendable {
    /// Parts of PromQL that are switched on, for unit tests.
    public var features: Set<Feature> = []
    /// Whether what cases prove is noted.
    public var collectsCoverage = false
    /// Which unit-test cases are wanted, by name.
    public var isWanted: @Sendable (String) -> Bool = { _ in true }
    /// Called before each file: its number from 1, how many there are, its name.
    public var progress: (@Sendable (Int, Int, String) -> Void)?

    /// Everything, without coverage.
    public init() {}

    /// Runs files, one after the other.
    /// - Parameter reads: told what each file of tests reads: patterns of rule files and the files found.
    public func run(
        _ paths: [String], reads: (String, _ patterns: [String], _ files: [String]) -> Void = { _, _, _ in }
    )
        -> TestReport
    {
        var report = TestReport()
        if collectsCoverage { report.coverage = RuleCoverage() }
        for (number, path) in paths.enumerated() {
            progress?(number + 1, paths.count, path)
            if path.hasSuffix(".test") {
                do throws(Diagnostic) {
                    report.files.append(.init(name: path, report: try ScriptRunner().run(path: path)))
                } catch {
                    report.files.append(.init(name: path, report: .unreadable(path, error)))
                }
                reads(path, [], [])
                continue
            }
            var runner = UnitTestRunner(features: features)
            runner.collectsCoverage = collectsCoverage
            let outcome = runner.run(path: path, isWanted: isWanted)
            report.files.append(.init(name: path, report: outcome.report))
            report.coverage?.merge(outcome.coverage)
            reads(path, outcome.rulePatterns, outcome.ruleFiles)
        }
        return report
    }

    /// The files named, and those called `*_test.yml` and `*.test` in the folders named, each once.
    /// - Throws: a folder that cannot be searched.
    public static func files(_ operands: [String]) throws(Diagnostic) -> [String] {
        var seen: Set<String> = []
        var files: [String] = []
        for operand in operands {
            var found = [operand]
            if PathGlob.isFolder(operand) {
                found = try PathGlob.files(below: operand) { $0.hasSuffix("_test.yml") || $0.hasSuffix(".test") }
            } else if PathGlob.isPattern(operand), !PathGlob.exists(operand) {
                found = try PathGlob.expand(operand)
                if found.isEmpty { throw Diagnostic("\(operand): no file fits this pattern") }
            }
            for file in found where seen.insert(file).inserted { files.append(file) }
        }
        return files
    }
}
