import Base
@preconcurrency import Glibc
import RegularExpressions
import RuleTests

extension CommandTable {
    static let test = Command(
        name: "test", operands: "FILE|DIR...", summary: "Run unit tests of rules (*.yml) and PromQL scripts (*.test).",
        options: [
            .one("--format", "text|json|junit", "how to print (default text)"),
            .one("--run", "REGEX", "only unit-test cases whose name matches"),
            .flag("--coverage", "say which rules and comparisons no test proves"),
            .one("--min", "PERCENT", "with --coverage: exit 1 when fewer rules are proven"),
            .flag("--watch", "go on, and run again what a changed file touches"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names, for unit tests"),
        ],
        example: "ruleval test --coverage --min 80 rules/", handlesSignals: true
    ) { arguments, signals in
        guard !arguments.operands.isEmpty else { throw UsageError("name test files or folders") }
        let format = try TestFormat(arguments.value("--format"))
        let minimum = try minimum(arguments)
        var run = TestRun()
        run.features = try features(arguments)
        run.collectsCoverage = arguments.has("--coverage")
        if let pattern = arguments.value("--run") {
            do throws(RegularExpressionError) {
                let wanted = try RegularExpression(pattern)
                run.isWanted = { wanted.matches($0) }
            } catch {
                throw UsageError("--run: \(error)")
            }
        }
        if arguments.has("--watch") {
            guard format == .text else { throw UsageError("--watch prints text") }
            return await WatchedTests(operands: arguments.operands, run: run).go(until: signals)
        }
        Task.detached { for await number in signals { exit(128 + number) } }
        let progress = ProgressLine()
        run.progress = { progress.show($0, $1, $2) }
        let report = run.run(try TestRun.files(arguments.operands))
        progress.end()
        Terminal.out(format.print(report))
        if report.failed > 0 { return ExitStatus.problems }
        if let minimum, let coverage = report.coverage, coverage.percentage < minimum {
            Terminal.error(
                "coverage is \(coverage.shownPercentage)%, less than the \(GoFloat.string(minimum, .fixed))% asked for")
            return ExitStatus.problems
        }
        return ExitStatus.clean
    }

    private static func minimum(_ arguments: Arguments) throws(UsageError) -> Double? {
        guard let text = arguments.value("--min") else { return nil }
        guard arguments.has("--coverage") else { throw UsageError("--min needs --coverage") }
        let number = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let percent = Double(number), (0...100).contains(percent) else {
            throw UsageError("--min needs a number from 0 to 100, not \(text)")
        }
        return percent
    }
}

/// How `test` prints.
enum TestFormat: String, CaseIterable {
    case text, json, junit

    init(_ name: String?) throws(UsageError) {
        guard let format = TestFormat(rawValue: name ?? "text") else {
            throw UsageError("--format is text, json or junit, not \(name ?? "")")
        }
        self = format
    }

    func print(_ report: TestReport) -> String {
        switch self {
        case .text: report.text
        case .json: report.json
        case .junit: report.junit
        }
    }
}
