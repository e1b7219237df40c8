import Base
import PromQL
import QueryEngine
import TimeSeries

/// Runs PromQL scripts with the engine settings they are written for.
///
/// Each eval is one case, checked as Prometheus' own runner does: as it stands, pinned with `@` and evaluated at other
/// times, and as a range query around its time.
public struct ScriptRunner: Sendable {
    /// Longest file that is read, in bytes.
    public static let maximumBytes = 64 << 20

    /// How expressions are evaluated.
    public var options: QueryOptions = {
        var options = QueryOptions()
        options.features = Set(Feature.allCases).subtracting([.typeAndUnitLabels])
        options.limits.samples = 10_000
        return options
    }()

    /// A runner with the scripts' settings: 5 minutes of lookback, 10,000 samples a query, everything switched on but
    /// annotations by type labels.
    public init() {}

    /// Runs the script in a file.
    /// - Throws: a ``Diagnostic`` when the file cannot be read or is too large.
    public func run(path: String) throws(Diagnostic) -> ScriptReport {
        run(String(decoding: try TextFile.read(path, maximumBytes: Self.maximumBytes), as: UTF8.self), file: path)
    }

    /// Runs the script in a text.
    public func run(_ text: String, file: String = "script") -> ScriptReport {
        run(ScriptParser.parse(text, file: file))
    }

    /// Runs a script that was read.
    public func run(_ script: PromQLScript) -> ScriptReport {
        var report = ScriptReport()
        var storage = ScriptStorage()
        func fail(_ line: Int, _ message: String, _ name: String = "") {
            let failure = ScriptReport.Failure(file: script.file, line: line, message: message)
            report.add(.init(name: name.isEmpty ? "line \(line)" : name, line: line, failures: [failure]))
        }
        for statement in script.statements {
            switch statement.action {
            case .clear: storage = ScriptStorage()
            case .load(let load):
                do throws(ScriptStorage.Failure) { try storage.add(load) } catch { fail(statement.line, error.message) }
            case .eval(let eval):
                if let message = ScriptCase(eval: eval, storage: storage, options: options).failure() {
                    fail(statement.line, "\(eval.text)\n\(message)", eval.text)
                } else {
                    report.add(.init(name: eval.text, line: statement.line, failures: []))
                }
            case .unreadable(let message, let line): fail(line, message)
            }
        }
        return report
    }
}
