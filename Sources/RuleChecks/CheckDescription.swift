import Base

/// What there is to know of a check beside its code: its page in docs/checks/ is written from this.
public struct CheckDescription: Sendable {
    /// A number that the configuration may set.
    public struct Threshold: Sendable {
        /// Its key under `thresholds:` and the check's name.
        public var name: String
        /// Its value when nothing is configured.
        public var value: Double
        /// What it means, with its unit.
        public var meaning: String
    }

    /// When a check runs.
    public enum Mode: Sendable {
        /// Unless it is switched off.
        case on
        /// Only where the configuration switches it on: it enforces the style of a house.
        case houseStyle
        /// Unless it is switched off, when a server is named.
        case online
    }

    /// As it stands in brackets behind a message and in `# ruleval:ignore`: `lower-case-words`.
    public var name: String
    /// One sentence, without a final stop: what it finds.
    public var summary: String
    /// Why that is worth a look, and what to do instead; Markdown.
    public var reason: String
    /// When it runs.
    public var mode: Mode
    /// How bad what it finds is, unless configured otherwise. Never an error.
    public var severity: Diagnostic.Severity
    /// Numbers that may be configured.
    public var thresholds: [Threshold]
    /// Whether `--fix` can mend some of what it finds.
    public var isFixable: Bool
    /// Rules it warns of.
    public var bad: [CheckExample]
    /// Rules much like those, which it leaves alone.
    public var good: [CheckExample]

    init(
        _ name: String, _ summary: String, reason: String, mode: Mode = .on, severity: Diagnostic.Severity = .warning,
        thresholds: [Threshold] = [], isFixable: Bool = false, bad: [CheckExample], good: [CheckExample]
    ) {
        self.name = name
        self.summary = summary
        self.reason = reason
        self.mode = mode
        self.severity = severity
        self.thresholds = thresholds
        self.isFixable = isFixable
        self.bad = bad
        self.good = good
    }
}

/// A rule file, or several, that shows a check; tests run it.
public struct CheckExample: Sendable, ExpressibleByStringLiteral {
    /// Rule files in full, checked together.
    public var files: [String]
    /// What `.ruleval-lint.yml` says; nil for what the check needs to run at all.
    public var configuration: String?

    /// Files in full, or the rules of one group of one file.
    init(_ texts: String..., configuration: String? = nil) {
        files = texts.map(Self.completed)
        self.configuration = configuration
    }

    /// A file in full, or the rules of one group.
    public init(stringLiteral text: String) { self.init(text) }

    private static func completed(_ text: String) -> String {
        if text.hasPrefix("groups:") || text.contains("\ngroups:") { return text + "\n" }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return "groups:\n- name: example\n  rules:\n" + lines.map { $0.isEmpty ? "\n" : "  \($0)\n" }.joined()
    }
}
