import Base

/// A value in a document: text, list or mapping, and where it stands. Aliases are resolved to what they name.
public struct YAMLNode: Sendable {
    /// What a node holds.
    public enum Content: Sendable {
        /// A single value.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Pairs in the order of the text, no key twice; merged keys (`<<`) follow the explicit ones.
        case mapping([YAMLPair])
    }

    /// What it holds.
    public let content: Content
    /// The text it was read from.
    public let source: YAMLSource
    let start: UInt32
    let end: UInt32

    init(_ content: Content, source: YAMLSource, start: Int, end: Int) {
        self.content = content
        self.source = source
        self.start = UInt32(clamping: start)
        self.end = UInt32(clamping: end)
    }

    /// Where it begins.
    public var position: SourcePosition { source.position(ofUTF8Offset: Int(start)) }

    /// The line on which it begins, from 1.
    public var line: Int { source.line(ofUTF8Offset: Int(start)) }

    /// The bytes of the source that it takes; for block scalars and collections up to where the next node begins.
    public var sourceRange: Range<Int> { Int(start)..<max(Int(start), Int(end)) }

    /// The single value, nil for collections.
    public var scalar: YAMLScalar? {
        if case .scalar(let scalar) = content { return scalar }
        return nil
    }

    /// The items of a list, nil for anything else.
    public var sequence: [YAMLNode]? {
        if case .sequence(let items) = content { return items }
        return nil
    }

    /// The pairs of a mapping, nil for anything else.
    public var mapping: [YAMLPair]? {
        if case .mapping(let pairs) = content { return pairs }
        return nil
    }

    /// The value of `key` in a mapping; nil when it has none or is no mapping. O(number of keys).
    public subscript(key: String) -> YAMLNode? { mapping?.first { $0.key.scalar?.text == key }?.value }

    /// Whether it is nothing: an absent value, `~` or `null`.
    public var isNull: Bool { scalar?.isNull ?? false }

    /// What it is, for messages: `a list`, `a mapping`, `nothing`, `text`, `a number` …
    public var typeDescription: String {
        switch content {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar): scalar.resolved.typeDescription
        }
    }
}

/// A key and its value.
public struct YAMLPair: Sendable {
    /// Usually a scalar.
    public let key: YAMLNode
    /// What it is set to.
    public let value: YAMLNode
}
