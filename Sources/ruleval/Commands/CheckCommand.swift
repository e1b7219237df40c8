import Base
import Daemon
import PromQL
import PrometheusAPI
import RuleChecks
import RuleTests

extension CommandTable {
    static let check = Command(
        name: "check", operands: "FILE|DIR|GLOB...",
        summary: "Say what is wrong with rule files and configurations, with file:line:column.",
        options: [
            .one(
                "--format", "text|json|github|gitlab|checkstyle|sarif|junit", "how to print (default text)"),
            .one("--changed-since", "GIT_REF", "only problems on rules that are new or other than in this commit"),
            .one("--prometheus", "URL", "ask this server about series, types and costs too"),
            .flag("--strict", "warnings count as problems"),
            .flag("--fix", "mend in the files what can be mended for certain"),
            .one("--enable-feature", "NAME,...", "Prometheus' feature names"),
        ],
        example: "ruleval check rules/ ruleval.yml"
    ) { arguments, _ in
        guard !arguments.operands.isEmpty else { throw UsageError("name files, folders or patterns") }
        var options = CheckOptions()
        if let name = arguments.value("--format") {
            guard let format = CheckOptions.Format(rawValue: name) else {
                let names = CheckOptions.Format.allCases.map(\.rawValue).joined(separator: ", ")
                throw UsageError("--format is one of \(names), not \(name)")
            }
            options.format = format
        }
        options.isStrict = arguments.has("--strict")
        options.fixes = arguments.has("--fix")
        options.usesColor = Terminal.wantsColour
        options.features = try Self.features(arguments)
        options.readers[.configuration] = { document, path in
            do throws(Diagnostics) {
                let configuration = try DaemonConfiguration(document: document, path: path)
                _ = try configuration.readTemplates()
                return .init(
                    counts: [("receivers", configuration.receivers.names.count)], diagnostics: configuration.warnings)
            } catch {
                return .init(diagnostics: error.all)
            }
        }
        options.readers[.unitTest] = { document, path in
            let verdict = UnitTestFile.check(document, path: path)
            return .init(counts: [("tests", verdict.cases)], diagnostics: verdict.problems)
        }
        if let reference = arguments.value("--changed-since") {
            let history = try GitHistory(reference: reference)
            options.earlierText = { path throws(Diagnostic) in try history.text(of: path) }
        }
        let progress = ProgressLine()
        options.progress = { progress.show($0, $1, $2) }
        let outcome: CheckCommand.Outcome
        if let address = arguments.value("--prometheus") {
            let server: AskedServer
            do throws(PrometheusError) {
                server = try AskedServer(address: address, now: SystemClock().now())
            } catch {
                throw UsageError(error.message)
            }
            outcome = await CheckCommand.run(paths: arguments.operands, options: options, server: server)
        } else {
            outcome = CheckCommand.run(paths: arguments.operands, options: options)
        }
        progress.end()
        Terminal.out(outcome.output)
        if !outcome.errors.isEmpty { Terminal.error(outcome.errors) }
        return outcome.exitStatus
    }

    /// The features of `--enable-feature`.
    static func features(_ arguments: Arguments) throws(UsageError) -> Set<Feature> {
        var features: Set<Feature> = []
        for name in (arguments.value("--enable-feature") ?? "").split(separator: ",").map(String.init) {
            guard let feature = Feature(rawValue: name) else {
                let near = NearMiss.best(for: name, among: Feature.allCases.map(\.rawValue))
                throw UsageError("no feature \(name)" + (near.map { ": did you mean \($0)?" } ?? ""))
            }
            features.insert(feature)
        }
        return features
    }
}
