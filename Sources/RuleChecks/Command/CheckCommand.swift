import Base

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
        switch prepare(paths, options) {
        case .failure(let refusal): refusal.outcome
        case .success(let notes): outcome(of: report(on: paths, options: options), notes, options)
        }
    }

    /// Checks everything that `paths` name, and asks a server about the rules.
    public static func run(paths: [String], options: CheckOptions, server: AskedServer) async -> Outcome {
        switch prepare(paths, options) {
        case .failure(let refusal): return refusal.outcome
        case .success(let notes):
            var run = CheckRun(options, keepsRules: true)
            run.add(paths)
            return outcome(of: await run.finished(asking: server), notes, options)
        }
    }

    /// What is said on standard error before the report, and what could not be done.
    private typealias Notes = (said: [String], failures: [String])

    /// A call that makes no sense.
    private struct Refusal: Error {
        var outcome: Outcome
        init(_ message: String) { outcome = Outcome(output: "", errors: message + "\n", exitStatus: 2) }
    }

    /// Makes the fixes that were asked for.
    private static func prepare(_ paths: [String], _ options: CheckOptions) -> Result<Notes, Refusal> {
        if paths.isEmpty { return .failure(Refusal("check needs a file, a folder or a pattern")) }
        var notes: Notes = ([], [])
        guard options.fixes else { return .success(notes) }
        if paths.contains("-") { return .failure(Refusal("--fix needs files, not standard input")) }
        for file in report(on: paths, options: options).files where !file.fixes.isEmpty {
            do throws(Diagnostic) {
                notes.said.append("\(Printable.escaped(file.name)): \(try fix(file, options)) mended")
            } catch { notes.failures.append(Printable.escaped(error.message)) }
        }
        return .success(notes)
    }

    private static func outcome(of report: CheckReport, _ notes: Notes, _ options: CheckOptions) -> Outcome {
        var report = report
        report.failures += notes.failures
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
            output: output, errors: (notes.said + report.failures).map { $0 + "\n" }.joined(),
            exitStatus: report.exitStatus(isStrict: options.isStrict))
    }

    /// What there is to say about everything that `paths` name; each file once.
    public static func report(on paths: [String], options: CheckOptions) -> CheckReport {
        var run = CheckRun(options)
        run.add(paths)
        return run.finished()
    }

    /// What there is to say about a text that stands in no file; `name` is what messages call it.
    public static func check(text: String, name: String, options: CheckOptions = .init()) -> CheckReport.File {
        check([(name, text)], options: options).files.first ?? CheckReport.File(name: name)
    }

    /// The files that an argument names: a file, all `*.yml` and `*.yaml` of a folder, what fits a pattern, `-`.
    /// - Throws: when there are none.
    public static func files(_ path: String) throws(Diagnostic) -> [String] {
        if path == "-" { return [path] }
        if PathGlob.isFolder(path) {
            let found = try PathGlob.files(below: path) { name in
                (name.hasSuffix(".yml") || name.hasSuffix(".yaml"))
                    && !name.hasSuffix("/" + LintConfigurationFinder.fileName)
            }
            if found.isEmpty { throw Diagnostic("\(path): no *.yml or *.yaml in this folder") }
            return found
        }
        if PathGlob.exists(path) { return [path] }
        guard PathGlob.isPattern(path) else { throw Diagnostic("\(path): no such file or directory") }
        let found = try PathGlob.expand(path)
        if found.isEmpty { throw Diagnostic("\(path): no file fits this pattern") }
        return found
    }

    /// What there is to say about texts that stand in no files, and about them together.
    public static func check(_ texts: [(name: String, text: String)], options: CheckOptions = .init()) -> CheckReport {
        var run = CheckRun(options)
        for (name, text) in texts { run.add(text: text, name: name, options.configuration ?? .init()) }
        return run.finished()
    }
}
