import Base
import YAML

/// Everything that a run of `check` found.
public struct CheckReport: Sendable {
    /// A file that was looked at.
    public struct File: Sendable {
        /// Its name as given, or as found in a folder.
        public var name: String
        /// Nil when it could not be read as YAML.
        public var kind: FileKind?
        /// What was counted in it: `rules`, `alerting`, `recording`; `receivers`; empty when it was refused.
        public var counts: [(name: String, count: Int)] = []
        /// By place.
        public var problems: [Diagnostic] = []
        /// What would mend some of the problems for certain.
        public var fixes: [TextEdit] = []
        /// Its text, to show the lines of problems; nil when it could not be read or has none.
        public var source: YAMLSource?

        /// Whether it was refused.
        public var hasErrors: Bool { problems.contains { $0.severity == .error } }

        func count(_ name: String) -> Int { counts.first { $0.name == name }?.count ?? 0 }
    }

    /// In the order of the arguments, folders' files sorted.
    public var files: [File] = []
    /// Why some of the arguments could not be looked at.
    public var failures: [String] = []

    /// Problems of this severity in all files.
    public func count(_ severity: Diagnostic.Severity) -> Int {
        files.reduce(0) { sum, file in sum + file.problems.count { $0.severity == severity } }
    }

    /// 3 when something could not be looked at, 1 when there are errors (or warnings, if `isStrict`), else 0.
    public func exitStatus(isStrict: Bool) -> Int32 {
        if !failures.isEmpty { return 3 }
        return count(.error) > 0 || (isStrict && count(.warning) > 0) ? 1 : 0
    }
}
