import Base
import PromQL
import RuleFiles
import TimeSeries
import YAML

/// Runs files of unit tests for rules with promtool's verdicts.
public struct UnitTestRunner: Sendable {
    /// Parts of PromQL that are switched on.
    public var features: Set<Feature>
    /// Whether it is noted what cases prove about rules.
    public var collectsCoverage = false
    /// Whether each step is evaluated by itself even where many could be at once; the result is the same.
    var playsSingleSteps = false
    /// Most evaluations that one case may ask for.
    public static let maximumEvaluations: Int64 = 10_000_000

    /// A runner; a stock server's language unless features are given.
    public init(features: Set<Feature> = []) { self.features = features }

    /// What a file of tests came to.
    public struct Outcome: Sendable {
        /// The cases.
        public var report = ScriptReport()
        /// What they prove about the rules; of no rules unless it was asked for.
        public var coverage = RuleCoverage()
        /// The rule files that were read, as found.
        public var ruleFiles: [String] = []
        /// The patterns of rule files, as seen from the working directory.
        public var rulePatterns: [String] = []
    }

    /// Runs the tests of a file. Only the cases that `isWanted` says by their name are run.
    public func run(path: String, isWanted: (String) -> Bool = { _ in true }) -> Outcome {
        do throws(Diagnostics) {
            return run(try YAMLDocument.load(path), path: path, isWanted: isWanted)
        } catch {
            return Self.refused(error, path)
        }
    }

    /// Runs the tests of a document; rule files are looked for beside `path`.
    public func run(_ document: YAMLDocument, path: String, isWanted: (String) -> Bool = { _ in true }) -> Outcome {
        var loader = UnitTestLoader(path: path)
        let file: UnitTestFile
        do throws(Diagnostics) { file = try loader.load(document) } catch { return Self.refused(error, path) }
        var outcome = Outcome()
        outcome.rulePatterns = file.rulePatterns
        let loaded = RulesOfTests(file, features: features)
        outcome.ruleFiles = loaded.files
        let rules = PlayedRules(loaded.groups)
        if collectsCoverage, loaded.problems.isEmpty { outcome.coverage.add(rules) }
        for (place, test) in file.cases.enumerated() where isWanted(test.name) {
            var one = ScriptReport.Case(
                name: test.name.isEmpty ? "test \(place + 1)" : test.name, line: test.line, failures: [])
            one.duration = ContinuousClock().measure {
                if !loaded.problems.isEmpty {
                    one.failures = loaded.problems.map { Self.failure($0, path, test.name) }
                } else if let problem = loader.broken[place] {
                    one.failures = [Self.failure(problem, path, test.name)]
                } else {
                    let played = CasePlayer.play(
                        file, test, rules, features: features, singly: playsSingleSteps)
                    one.failures = played.failures
                    // What fails proves nothing.
                    if collectsCoverage, one.failures.isEmpty { outcome.coverage.add(played.player) }
                }
            }
            outcome.report.add(one)
        }
        return outcome
    }

    private static func failure(_ diagnostic: Diagnostic, _ path: String, _ testCase: String = "")
        -> ScriptReport.Failure
    {
        .init(
            file: diagnostic.position?.file ?? path, line: diagnostic.position?.line ?? 1,
            message: diagnostic.hint.map { "\(diagnostic.message) (\($0))" } ?? diagnostic.message, testCase: testCase)
    }

    private static func refused(_ diagnostics: Diagnostics, _ path: String) -> Outcome {
        var outcome = Outcome()
        let failures = diagnostics.all.map { failure($0, path) }
        outcome.report.add(.init(name: path, line: failures.first?.line ?? 1, failures: failures))
        return outcome
    }
}

extension UnitTestFile {
    /// The patterns of `rule_files` as seen from the working directory.
    var rulePatterns: [String] {
        guard let slash = path.lastIndex(of: "/") else { return ruleFiles }
        return ruleFiles.map { $0.hasPrefix("/") ? $0 : path[...slash] + $0 }
    }
}

/// What the rule files of a file of tests hold.
struct RulesOfTests {
    /// In the order they are evaluated in.
    private(set) var groups: [RuleGroup] = []
    /// What is wrong with the files.
    private(set) var problems: [Diagnostic] = []
    /// As found, each once.
    private(set) var files: [String] = []

    init(_ file: UnitTestFile, features: Set<Feature>) {
        var seen: Set<String> = []
        for pattern in file.rulePatterns {
            do throws(Diagnostic) {
                for path in try PathGlob.expand(pattern, includesFolders: true) where seen.insert(path).inserted {
                    files.append(path)
                    let (loaded, diagnostics) = RuleFileLoader.load(path: path, options: .init(features: features))
                    groups += loaded?.groups ?? []
                    if loaded == nil { problems += diagnostics.filter { $0.severity == .error } }
                }
            } catch {
                problems.append(error)
            }
        }
        if file.groupOrder.isEmpty { return }
        let order = Dictionary(file.groupOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
        // Groups that are not named count as the first; equal ones stay as they are.
        groups = groups.enumerated().sorted {
            (order[$0.element.name] ?? 0, $0.offset) < (order[$1.element.name] ?? 0, $1.offset)
        }.map(\.element)
    }
}
