import Base

/// Why a text is no JSON, or not the JSON that was expected.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, one sentence in lower case.
    public var message: String
    /// Byte offset of the place; nil when no single place is meant.
    public var offset: Int?
    /// Line and column of the place.
    public var position: SourcePosition?

    /// An error, with its place when it is known.
    public init(_ message: String, offset: Int? = nil, position: SourcePosition? = nil) {
        self.message = message
        self.offset = offset
        self.position = position
    }

    /// `line:column: message`.
    public var description: String { (position.map { "\($0): " } ?? "") + message }
}
