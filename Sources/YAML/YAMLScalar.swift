/// A single value as it is written.
public struct YAMLScalar: Hashable, Sendable {
    /// How it is written.
    public enum Style: UInt8, Sendable {
        /// Without quotes.
        case plain
        /// `'…'`.
        case singleQuoted
        /// `"…"`.
        case doubleQuoted
        /// `|`.
        case literal
        /// `>`.
        case folded
    }

    /// A tag written before it (`!!str`).
    public enum Tag: UInt8, Sendable {
        /// No tag: type by content when plain, else text.
        case implicit
        /// `!`: text.
        case nonSpecific
        /// The types of YAML's core.
        case string, integer, float, boolean, null, timestamp, binary, merge
        /// Any other tag; read as text.
        case other
    }

    /// The value, escapes and folding undone.
    public let text: String
    /// How it is written.
    public let style: Style
    /// The tag written before it.
    public let tag: Tag

    /// A scalar.
    public init(_ text: String, style: Style = .plain, tag: Tag = .implicit) {
        self.text = text
        self.style = style
        self.tag = tag
    }

    /// Whether it is `null`, `~` or not there.
    public var isNull: Bool { resolved == .null }

    /// Whether it is the key that merges mappings, `<<`.
    var isMergeKey: Bool { text == "<<" && ((style == .plain && tag == .implicit) || tag == .merge) }
}

/// What a scalar means without further type information.
public enum YAMLValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    /// Only for numbers above Int64.max.
    case unsigned(UInt64)
    case float(Double)
    case string(String)

    /// What it is, for messages.
    public var typeDescription: String {
        switch self {
        case .null: "nothing"
        case .boolean: "a boolean"
        case .integer, .unsigned, .float: "a number"
        case .string: "text"
        }
    }
}
