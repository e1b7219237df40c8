import Base
import JSON
import RegularExpressions
import RuleTests
import Settings

extension CommandTable {
    static let test = Command(
        name: "test", operands: "FILE|DIR...", summary: "Run unit tests of rules (*.yml) and PromQL scripts (*.test).",
        options: [
            .one("--format", "text|json", "how to print (default text)"),
            .one("--run", "REGEX", "only unit-test cases whose name matches"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names, for unit tests"),
        ],
        example: "ruleval test rules/"
    ) { arguments, _ in
        guard !arguments.operands.isEmpty else { throw UsageError("name test files or folders") }
        let format = arguments.value("--format") ?? "text"
        guard ["text", "json"].contains(format) else { throw UsageError("--format is text or json, not \(format)") }
        let wanted: RegularExpression?
        do throws(RegularExpressionError) {
            wanted = try arguments.value("--run").map { text throws(RegularExpressionError) in
                try RegularExpression(text)
            }
        } catch {
            throw UsageError("--run: \(error)")
        }
        let features = try features(arguments)
        var reports: [(file: String, report: ScriptReport)] = []
        for path in try testFiles(arguments.operands) {
            if path.hasSuffix(".test") {
                do throws(Diagnostic) {
                    reports.append((path, try ScriptRunner().run(path: path)))
                } catch {
                    reports.append((path, .unreadable(path, error)))
                }
            } else {
                let runner = UnitTestRunner(features: features)
                reports.append((path, await runner.run(path: path) { wanted?.matches($0) ?? true }))
            }
        }
        Terminal.out(format == "json" ? json(reports) : text(reports))
        return reports.contains { $0.report.failed > 0 } ? ExitStatus.problems : ExitStatus.clean
    }

    /// The files named, and those called `*_test.yml` and `*.test` in the folders named.
    private static func testFiles(_ operands: [String]) throws -> [String] {
        var files: [String] = []
        for operand in operands {
            if FileSystem.isFolder(operand) {
                let patterns = ["**/*_test.yml", "**/*.test"]
                files += try ConfigurationFolder(path: operand).files(matching: patterns).sorted()
            } else {
                files.append(operand)
            }
        }
        return files
    }

    private static func text(_ reports: [(file: String, report: ScriptReport)]) -> String {
        var text = ""
        for failure in reports.flatMap(\.report.failures) { text += "\(failure)\n" }
        let passed = reports.reduce(0) { $0 + $1.report.passed }
        let failed = reports.reduce(0) { $0 + $1.report.failed }
        return text + "\(passed) passed, \(failed) failed\n"
    }

    private static func json(_ reports: [(file: String, report: ScriptReport)]) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.key("files")
        json.beginArray()
        for (file, report) in reports {
            json.beginObject()
            json.key("file")
            json.string(file)
            json.key("passed")
            json.integer(report.passed)
            json.key("failed")
            json.integer(report.failed)
            json.key("failures")
            json.beginArray()
            for failure in report.failures {
                json.beginObject()
                json.key("line")
                json.integer(failure.line)
                json.key("message")
                json.string(failure.message)
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text + "\n"
    }
}
