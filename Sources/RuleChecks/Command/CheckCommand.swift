import Base
import RuleFiles
import YAML

/// `ruleval check`: looks at files, folders and patterns, and tells what is wrong with them.
public enum CheckCommand {
    /// What the command printed and how it ended.
    public struct Outcome: Sendable {
        /// For standard output.
        public var output: String
        /// For standard error.
        public var errors: String
        /// 0 clean, 1 problems, 2 wrong usage, 3 something could not be looked at.
        public var exitStatus: Int32
    }

    /// Checks everything that `paths` name: files, folders (all `*.yml` and `*.yaml` in any depth), patterns with
    /// `**`, and `-` for standard input.
    public static func run(paths: [String], options: CheckOptions = .init()) -> Outcome {
        guard !paths.isEmpty else {
            return Outcome(output: "", errors: "check needs a file, a folder or a pattern\n", exitStatus: 2)
        }
        let report = report(on: paths, options: options)
        let output =
            switch options.format {
            case .text: report.text(usesColor: options.usesColor)
            case .json: report.json
            case .github: report.github
            case .gitlab: report.gitlab
            case .checkstyle: report.checkstyle
            case .sarif: report.sarif
            case .junit: report.junit(isStrict: options.isStrict)
            }
        return Outcome(
            output: output, errors: report.failures.map { $0 + "\n" }.joined(),
            exitStatus: report.exitStatus(isStrict: options.isStrict))
    }

    /// What there is to say about everything that `paths` name; each file once.
    public static func report(on paths: [String], options: CheckOptions) -> CheckReport {
        var report = CheckReport()
        var seen: Set<String> = []
        var names: [String] = []
        for path in paths {
            do {
                for name in try files(path) where seen.insert(name).inserted { names.append(name) }
            } catch { report.failures.append(Printable.escaped(error.message)) }
        }
        for (number, name) in names.enumerated() {
            options.progress?(number + 1, names.count, name)
            var file = check(name, options)
            do { try keepChanged(&file, options) } catch { report.failures.append(Printable.escaped(error.message)) }
            report.files.append(file)
        }
        return report
    }

    /// What there is to say about a text that stands in no file; `name` is what messages call it.
    public static func check(text: String, name: String, options: CheckOptions = .init()) -> CheckReport.File {
        var file = CheckReport.File(name: name)
        let bytes = Array(text.utf8)
        file.source = YAMLSource(file: name, bytes: bytes)
        check(bytes, &file, options)
        return file
    }

    /// Leaves out problems on what is as it was.
    private static func keepChanged(_ file: inout CheckReport.File, _ options: CheckOptions) throws(Diagnostic) {
        guard let earlierText = options.earlierText, let source = file.source, !file.problems.isEmpty else { return }
        let changes = ChangedLines(now: source, before: try earlierText(file.name))
        file.problems = file.problems.filter { changes.contains($0.position?.line) }
    }

    /// The files that an argument names: a file, all `*.yml` and `*.yaml` of a folder, what fits a pattern, `-`.
    /// - Throws: when there are none.
    public static func files(_ path: String) throws(Diagnostic) -> [String] {
        if path == "-" { return [path] }
        if PathGlob.isFolder(path) {
            let found = try PathGlob.files(below: path) { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
            if found.isEmpty { throw Diagnostic("\(path): no *.yml or *.yaml in this folder") }
            return found
        }
        if PathGlob.exists(path) { return [path] }
        guard PathGlob.isPattern(path) else { throw Diagnostic("\(path): no such file or directory") }
        let found = try PathGlob.expand(path)
        if found.isEmpty { throw Diagnostic("\(path): no file fits this pattern") }
        return found
    }

    private static func check(_ name: String, _ options: CheckOptions) -> CheckReport.File {
        let shown = name == "-" ? "standard input" : name
        var file = CheckReport.File(name: shown)
        let limits = YAMLDocument.Limits()
        do throws(Diagnostic) {
            let path = name == "-" ? "/dev/stdin" : name
            let bytes = try TextFile.read(path, maximumBytes: limits.bytes)
            file.source = YAMLSource(file: shown, bytes: bytes)
            check(bytes, &file, options)
        } catch {
            // The message names the file already, and so does the line it is printed on.
            var problem = error
            let prefix = (name == "-" ? "/dev/stdin" : name) + ": "
            if problem.message.hasPrefix(prefix) { problem.message.removeFirst(prefix.count) }
            file.problems = [problem]
        }
        return file
    }

    private static func check(_ bytes: [UInt8], _ file: inout CheckReport.File, _ options: CheckOptions) {
        let document: YAMLDocument
        do { document = try YAMLDocument(parsing: bytes, file: file.name) } catch {
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
        case .rules: checkRules(document, &file, options)
        case .unitTest: break
        case .configuration: refuse("this is a configuration of ruleval or Alertmanager", &file)
        case .kubernetes:
            refuse("this is a Kubernetes object; rules inside of those are not supported yet", &file)
        case .prometheusConfiguration:
            refuse("this is Prometheus' own configuration, which ruleval does not check", &file)
        }
    }

    private static func refuse(_ message: String, _ file: inout CheckReport.File) {
        file.problems = [Diagnostic(message, at: SourcePosition(file: file.name, line: 1, column: 1))]
    }

    private static func checkRules(_ document: YAMLDocument, _ file: inout CheckReport.File, _ options: CheckOptions) {
        let loading = RuleFileLoader.Options(features: options.features)
        let (rules, diagnostics) = RuleFileLoader.load(document: document, path: file.name, options: loading)
        file.problems = diagnostics
        guard let rules else { return }
        file.problems = (diagnostics + RuleCheckRegistry.problems(in: rules)).sortedByPlace()
        let alerting = rules.alertingCount
        let recording = rules.recordingCount
        file.counts = [("rules", alerting + recording), ("alerting", alerting), ("recording", recording)]
    }
}
