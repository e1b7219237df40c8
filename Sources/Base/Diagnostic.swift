/// Something to tell the author of a text: what is wrong, where, and what would be right.
public struct Diagnostic: Error, Hashable, Sendable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: String, Hashable, Sendable, Comparable {
        case info, warning, error

        /// Ordered from info to error.
        public static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// Errors refuse the text, warnings do not.
    public var severity: Severity
    /// Where; nil when the whole file is meant or nothing was read.
    public var position: SourcePosition?
    /// One sentence, lower case, without a final stop.
    public var message: String
    /// The lint that found it, nil for plain syntax and semantics.
    public var check: String?
    /// What to do instead, when it is known.
    public var hint: String?

    /// A diagnostic; an error unless said otherwise.
    public init(
        _ message: String, at position: SourcePosition? = nil, severity: Severity = .error, check: String? = nil,
        hint: String? = nil
    ) {
        self.severity = severity
        self.position = position
        self.message = message
        self.check = check
        self.hint = hint
    }

    /// `file:line:column: severity: message [check]`, with the hint in parentheses.
    public var description: String {
        var text = position.map { "\($0): " } ?? ""
        text += "\(severity.rawValue): \(message)"
        if let hint { text += " (\(hint))" }
        if let check { text += " [\(check)]" }
        return text
    }
}

/// Several diagnostics thrown together: everything that is wrong with one file.
public struct Diagnostics: Error, Sendable, CustomStringConvertible {
    /// In the order of the text; never empty.
    public var all: [Diagnostic]

    /// Wraps diagnostics.
    public init(_ all: [Diagnostic]) { self.all = all }

    /// One line a diagnostic.
    public var description: String { all.map(\.description).joined(separator: "\n") }
}
