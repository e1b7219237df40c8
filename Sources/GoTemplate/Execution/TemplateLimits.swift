import Base

/// Bounds of one execution: a hostile template ends with an error, not with the program.
public struct TemplateLimits: Sendable {
    /// Bytes of output, and of any text computed on the way.
    public var outputBytes = 4 << 20
    /// Statements, calls and iterations.
    public var steps = 2_000_000
    /// Templates that invoke templates.
    public var depth = 200

    /// The bounds used where nothing else is said.
    public init() {}
}

/// What running a template gave.
public enum TemplateOutcome: Sendable {
    /// The text.
    case text(String)
    /// An error, and what had been written before it.
    case failed(TemplateError, partial: String)
    /// The answer to this query at this instant is needed: run again with it in ``TemplateEnvironment/answers``.
    case needs(query: String, at: ZonedTime)

    /// The text, nil when there is none.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    /// The error, nil when there is none.
    public var error: TemplateError? { if case .failed(let error, _) = self { error } else { nil } }
}
