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
        /// Remarks in GitHub Actions.
        case github
        /// GitLab's code quality report.
        case gitlab
        /// Checkstyle's XML.
        case checkstyle
        /// Static analysis results, version 2.1.0.
        case sarif
        /// JUnit's XML.
        case junit
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

    /// The bytes that a file had earlier, nil when it was not there: then only problems on rules that changed since are
    /// told. Nil tells all.
    public typealias EarlierText = @Sendable (String) throws(Diagnostic) -> [UInt8]?

    /// Told of each step of a run: its number from 1, how many there are, what is looked at.
    public typealias Progress = @Sendable (Int, Int, String) -> Void

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
    /// What files were before.
    public var earlierText: EarlierText?
    /// Called before each file: its number from 1, how many there are, its name.
    public var progress: Progress?

    /// Text, not strict, no colour, no features, rule files only.
    public init() {}
}
