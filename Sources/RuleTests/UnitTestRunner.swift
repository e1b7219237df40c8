import Base
import PromQL
import QueryEngine
import RuleFiles
import Ruler
import TimeSeries
import YAML

/// Runs files of unit tests for rules with promtool's verdicts.
public struct UnitTestRunner: Sendable {
    /// Parts of PromQL that are switched on.
    public var features: Set<Feature>
    /// Most evaluations that one case may ask for.
    public static let maximumEvaluations: Int64 = 10_000_000

    /// A runner; a stock server's language unless features are given.
    public init(features: Set<Feature> = []) { self.features = features }

    /// Runs the tests of a file. Only the cases that `isWanted` says by their name are run.
    public func run(path: String, isWanted: @Sendable (String) -> Bool = { _ in true }) async -> ScriptReport {
        do throws(Diagnostics) {
            return await run(try YAMLDocument.load(path), path: path, isWanted: isWanted)
        } catch {
            return Self.refused(error, path)
        }
    }

    /// Runs the tests of a document; rule files are looked for beside `path`.
    public func run(_ document: YAMLDocument, path: String, isWanted: @Sendable (String) -> Bool = { _ in true }) async
        -> ScriptReport
    {
        var loader = UnitTestLoader(path: path)
        let file: UnitTestFile
        do throws(Diagnostics) { file = try loader.load(document) } catch { return Self.refused(error, path) }
        let rules = loadRules(file)
        var report = ScriptReport()
        for (place, test) in file.cases.enumerated() where isWanted(test.name) {
            var failures: [ScriptReport.Failure]
            if case .failure(let problems) = rules {
                failures = Self.refused(problems, path).failures
            } else if let problem = loader.broken[place] {
                failures = [Self.failure(problem, path)]
            } else {
                let run = UnitTestCase(
                    file: file, test: test, groups: (try? rules.get()) ?? [], features: features)
                failures = await run.failures()
            }
            if failures.isEmpty { report.passed += 1 } else { report.failed += 1 }
            if !test.name.isEmpty { failures = failures.map { $0.named(test.name) } }
            report.failures += failures
        }
        return report
    }

    /// The groups of all rule files, in the order they are evaluated in.
    private func loadRules(_ file: UnitTestFile) -> Result<[RuleGroup], Diagnostics> {
        let folder = file.path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        var problems: [Diagnostic] = []
        var groups: [RuleGroup] = []
        var seen: Set<String> = []
        for pattern in file.ruleFiles {
            let full =
                pattern.hasPrefix("/") || folder.isEmpty && !file.path.hasPrefix("/") ? pattern : folder + "/" + pattern
            do throws(Diagnostic) {
                for path in try PathGlob.expand(full) where seen.insert(path).inserted {
                    let (loaded, diagnostics) = RuleFileLoader.load(path: path, options: .init(features: features))
                    groups += loaded?.groups ?? []
                    if loaded == nil { problems += diagnostics.filter { $0.severity == .error } }
                }
            } catch {
                problems.append(error)
            }
        }
        if !problems.isEmpty { return .failure(Diagnostics(problems)) }
        if !file.groupOrder.isEmpty {
            let order = Dictionary(uniqueKeysWithValues: file.groupOrder.enumerated().map { ($1, $0) })
            // Groups that are not named count as the first; equal ones stay as they are.
            groups = groups.enumerated().sorted {
                (order[$0.element.name] ?? 0, $0.offset) < (order[$1.element.name] ?? 0, $1.offset)
            }.map(\.element)
        }
        return .success(groups)
    }

    private static func failure(_ diagnostic: Diagnostic, _ path: String) -> ScriptReport.Failure {
        .init(
            file: diagnostic.position?.file ?? path, line: diagnostic.position?.line ?? 1,
            message: diagnostic.hint.map { "\(diagnostic.message) (\($0))" } ?? diagnostic.message)
    }

    private static func refused(_ diagnostics: Diagnostics, _ path: String) -> ScriptReport {
        var report = ScriptReport()
        report.failed = 1
        report.failures = diagnostics.all.map { failure($0, path) }
        return report
    }
}

extension ScriptReport.Failure {
    /// The same with the case's name before the message.
    func named(_ name: String) -> ScriptReport.Failure { .init(file: file, line: line, message: "\(name): \(message)") }
}
