import Base

/// Why a template was refused or stopped.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// When it happened.
    public enum Kind: Hashable, Sendable {
        /// The text is no template.
        case syntax
        /// It failed while running.
        case execution
        /// html/template found no safe way to escape it.
        case escaping
        /// A bound on output, steps or depth was reached.
        case limit
    }

    /// When it happened.
    public var kind: Kind
    /// The whole message in Go's words: `template: NAME:LINE:COL: executing "NAME" at <.X>: …`.
    public var message: String
    /// The message without the place.
    public var reason: String
    /// The template's name as errors show it.
    public var name: String
    /// Where in the template's text, counted from 1:1; nil when the error has no place.
    public var position: SourcePosition?
    /// What to do instead, when it is known.
    public var hint: String?

    init(
        kind: Kind, message: String, reason: String, name: String, offset: Int? = nil, source: String = "",
        hint: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.reason = reason
        self.name = name
        self.hint = hint
        position = offset.map { SourcePosition(file: name.isEmpty ? nil : name, offset: $0, in: source) }
    }

    /// The message.
    public var description: String { message }

    /// The error as a diagnostic at the template's own place; the caller maps it into its file.
    public var diagnostic: Diagnostic { Diagnostic(reason, at: position, hint: hint) }
}
