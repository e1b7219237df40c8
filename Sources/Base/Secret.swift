/// A text that must not be shown: its description is `<secret>` in logs, errors and answers.
///
/// The one way to the text is ``reveal()``, called where it leaves for the wire and nowhere else.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    /// Wraps `text`.
    public init(_ text: String) { self.text = text }

    /// The text itself.
    public func reveal() -> String { text }

    /// Whether there is any text.
    public var isEmpty: Bool { text.isEmpty }

    /// Always `<secret>`.
    public var description: String { "<secret>" }
    /// Always `<secret>`.
    public var debugDescription: String { "<secret>" }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
