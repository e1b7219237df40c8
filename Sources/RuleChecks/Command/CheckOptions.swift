import Base
import PromQL
import YAML

/// How `check` works and prints.
public struct CheckOptions: Sendable {
    /// What the output is for.
    public enum Format: String, Sendable, CaseIterable {
        /// People.
        case text
        /// Programs.
        case json
    }

    /// What a reader of some kind of file found.
    public struct Verdict: Sendable {
        /// What was counted, for `FILE: N NAME`: `("receivers", 3)`.
        public var counts: [(name: String, count: Int)]
        /// Everything wrong with the file.
        public var diagnostics: [Diagnostic]

        /// A verdict.
        public init(counts: [(name: String, count: Int)] = [], diagnostics: [Diagnostic] = []) {
            self.counts = counts
            self.diagnostics = diagnostics
        }
    }

    /// Reads a document of one kind; the text is the file's name.
    public typealias Reader = @Sendable (YAMLDocument, String) -> Verdict

    /// Output's format.
    public var format: Format = .text
    /// Whether warnings make the exit status 1.
    public var isStrict = false
    /// Whether text output is coloured.
    public var usesColor = false
    /// Whether files are rewritten where the fix of a problem is certain.
    public var fixes = false
    /// Parts of PromQL that are switched on.
    public var features: Set<Feature> = []
    /// What holds for every file instead of the `.ruleval-lint.yml` above it; nil to look for those.
    public var configuration: LintConfiguration?
    /// The names of the checks to run, whatever is configured; nil for those that are switched on.
    public var onlyChecks: Set<String>?
    /// How files are read that are no rule files. A unit test without a reader is only named; another kind without
    /// one is an error.
    public var readers: [FileKind: Reader] = [:]

    /// Text, not strict, no colour, no features, rule files only.
    public init() {}
}
