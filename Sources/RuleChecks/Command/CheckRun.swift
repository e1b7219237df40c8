import Base
import RuleFiles
import YAML

/// One run of `check` over many files: what it found so far, and what the files have to know of each other.
struct CheckRun {
    private let options: CheckOptions
    private var report = CheckReport()
    private var linter: Linter
    private let configurations = LintConfigurationFinder()

    /// - Parameter keepsRules: Whether a server will be asked about the rules in the end.
    init(_ options: CheckOptions, keepsRules: Bool = false) {
        self.options = options
        linter = Linter(only: options.onlyChecks, keepsRules: keepsRules)
    }

    /// Looks at everything that `paths` name, each file once.
    mutating func add(_ paths: [String]) {
        var seen: Set<String> = []
        var names: [String] = []
        for path in paths {
            do {
                for name in try CheckCommand.files(path) where seen.insert(name).inserted { names.append(name) }
            } catch { report.failures.append(Printable.escaped(error.message)) }
        }
        for (number, name) in names.enumerated() {
            options.progress?(number + 1, names.count, name)
            addFile(name)
        }
    }

    /// Looks at a text that stands in no file; `name` is what messages call it.
    mutating func add(text: String, name: String, _ configuration: LintConfiguration) {
        var file = CheckReport.File(name: name)
        check(Array(text.utf8), &file, configuration)
        report.files.append(file)
    }

    /// What was found, with what is wrong between the files.
    func finished() -> CheckReport { finished(with: linter.findingsAcross()) }

    /// What was found, with what a server says of the rules; that it does not answer is a failure.
    func finished(asking server: AskedServer) async -> CheckReport {
        let (findings, failure) = await linter.findings(asking: server, options.progress)
        var report = finished(with: linter.findingsAcross() + findings)
        if let failure {
            report.failures.append("the server was not asked to the end: \(Printable.escaped(failure.message))")
        }
        return report
    }

    private func finished(with findings: [Finding]) -> CheckReport {
        var report = self.report
        var across: [String: [Finding]] = [:]
        for finding in findings {
            across[finding.diagnostic.position?.file ?? "", default: []].append(finding)
        }
        for index in report.files.indices {
            if let findings = across[report.files[index].name] {
                report.files[index].problems = (report.files[index].problems + findings.map(\.diagnostic))
                    .sortedByPlace()
                report.files[index].fixes += findings.flatMap(\.fix)
            }
            do { try keepChanged(&report.files[index]) } catch {
                report.failures.append(Printable.escaped(error.message))
            }
            if report.files[index].problems.isEmpty { report.files[index].source = nil }
        }
        for refusal in configurations.refusals {
            var file = CheckReport.File(name: refusal.path)
            file.problems = refusal.problems
            if let bytes = try? TextFile.read(refusal.path, maximumBytes: 1 << 20) {
                file.source = YAMLSource(file: refusal.path, bytes: bytes)
            }
            report.files.append(file)
        }
        return report
    }

    /// Leaves out problems on what is as it was.
    private func keepChanged(_ file: inout CheckReport.File) throws(Diagnostic) {
        guard let earlierText = options.earlierText, let source = file.source, !file.problems.isEmpty else { return }
        let changes = ChangedLines(now: source, before: try earlierText(file.name))
        file.problems = file.problems.filter { changes.contains($0.position?.line) }
    }

    private mutating func addFile(_ name: String) {
        let isInput = name == "-"
        let shown = isInput ? "standard input" : name
        var file = CheckReport.File(name: shown)
        do throws(Diagnostic) {
            let bytes = try TextFile.read(isInput ? "/dev/stdin" : name, maximumBytes: YAMLDocument.Limits().bytes)
            let configuration = options.configuration ?? configurations.configuration(for: isInput ? "./-" : name)
            check(bytes, &file, configuration)
        } catch {
            // The message names the file already, and so does the line it is printed on.
            var problem = error
            let prefix = (isInput ? "/dev/stdin" : name) + ": "
            if problem.message.hasPrefix(prefix) { problem.message.removeFirst(prefix.count) }
            file.problems = [problem]
        }
        report.files.append(file)
    }

    private mutating func check(_ bytes: [UInt8], _ file: inout CheckReport.File, _ configuration: LintConfiguration) {
        var document: YAMLDocument
        do {
            document = try YAMLDocument(parsing: bytes, file: file.name)
            if FileKind(of: document.root) == .kubernetes, document.nextDocument != nil {
                document = try YAMLDocument(parsing: bytes, file: file.name, readsAll: true)
            }
        } catch {
            file.source = YAMLSource(file: file.name, bytes: bytes)
            file.problems = error.all
            return
        }
        file.source = document.source
        let kind = FileKind(of: document.root)
        file.kind = kind
        if let reader = options.readers[kind] {
            let verdict = reader(document, file.name)
            file.problems = verdict.diagnostics.sortedByPlace()
            if !file.hasErrors { file.counts = verdict.counts }
            return
        }
        switch kind {
        case .rules, .kubernetes: checkRules(document, &file, configuration)
        case .unitTest: break
        case .configuration: refuse("this is a configuration of ruleval or Alertmanager", &file)
        case .prometheusConfiguration:
            refuse("this is Prometheus' own configuration, which ruleval does not check", &file)
        }
    }

    private func refuse(_ message: String, _ file: inout CheckReport.File) {
        file.problems = [Diagnostic(message, at: SourcePosition(file: file.name, line: 1, column: 1))]
    }

    /// Reads and checks group by group, so that only the document is held as a whole.
    private mutating func checkRules(
        _ document: YAMLDocument, _ file: inout CheckReport.File, _ configuration: LintConfiguration
    ) {
        let loading = RuleFileLoader.Options(features: options.features)
        var reading = linter.begin(document, name: file.name, configuration)
        let take = file.kind == .kubernetes ? RuleFileLoader.visitKubernetes : RuleFileLoader.visit
        file.problems = take(document, file.name, loading) { linter.take($0, &reading) }
        if file.hasErrors { return linter.refuse(reading) }
        let findings = linter.finish(reading)
        file.problems = (file.problems + findings.map(\.diagnostic)).sortedByPlace()
        file.fixes = findings.flatMap(\.fix)
        let (alerting, recording) = (reading.alerting, reading.recording)
        file.counts = [("rules", alerting + recording), ("alerting", alerting), ("recording", recording)]
    }
}

extension [Diagnostic] {
    /// By line and column; equal places in the order found.
    func sortedByPlace() -> [Diagnostic] {
        enumerated().sorted { left, right in
            let leftKey = (left.element.position?.line ?? 0, left.element.position?.column ?? 0, left.offset)
            let rightKey = (right.element.position?.line ?? 0, right.element.position?.column ?? 0, right.offset)
            return leftKey < rightKey
        }.map(\.element)
    }
}
