import Base

/// Reads a mapping key by key and knows in the end which keys nobody asked for.
public final class YAMLMappingReader {
    /// The mapping itself.
    public let node: YAMLNode
    /// What it is, for messages.
    public let what: String
    private let decoding: YAMLDecoding
    private let pairs: [YAMLPair]
    /// By key, for mappings that are too large to look through.
    private var values: [String: YAMLNode] = [:]
    private var asked: [String] = []

    init(_ node: YAMLNode, as what: String, in decoding: YAMLDecoding) {
        self.node = node
        self.what = what
        self.decoding = decoding
        pairs = node.mapping ?? []
        if pairs.count > 16 {
            for pair in pairs {
                if let key = pair.key.scalar?.text { values[key] = pair.value }
            }
        }
    }

    /// The keys in the order of the text.
    public var keys: [String] { pairs.compactMap(\.key.scalar?.text) }

    /// The value of `key`, also when it is nothing; nil when the key is absent. The key counts as known from now on.
    public func value(_ key: String) -> YAMLNode? {
        asked.append(key)
        if !values.isEmpty { return values[key] }
        return pairs.first { $0.key.scalar?.text == key }?.value
    }

    /// Whether `key` is there with a value that is something. The key counts as known from now on.
    public func has(_ key: String) -> Bool { value(key).map { !$0.isNull } ?? false }

    /// The node of the key itself, for messages about it.
    public func keyNode(_ key: String) -> YAMLNode? {
        pairs.first { $0.key.scalar?.text == key }?.key
    }

    /// Text of any scalar; nil when absent or nothing (see ``YAMLDecoding/readsNothingAsZero``).
    public func string(_ key: String) -> String? {
        value(key).flatMap { isZero($0) ? "" : decoding.string($0, as: "'\(key)'") }
    }

    /// A boolean; nil when absent or nothing (see ``YAMLDecoding/readsNothingAsZero``).
    public func bool(_ key: String) -> Bool? {
        value(key).flatMap { isZero($0) ? false : decoding.bool($0, as: "'\(key)'") }
    }

    /// A boolean; nil when absent or nothing, whatever nothing means otherwise.
    public func optionalBool(_ key: String) -> Bool? { has(key) ? bool(key) : nil }

    /// A whole number; nil when absent or nothing (see ``YAMLDecoding/readsNothingAsZero``).
    public func int(_ key: String) -> Int? {
        value(key).flatMap { isZero($0) ? 0 : decoding.int($0, as: "'\(key)'") }
    }

    /// Whether a value is nothing and nothing means zero.
    public func isZero(_ value: YAMLNode) -> Bool { decoding.readsNothingAsZero && value.isNull }

    /// A number; nil when absent or nothing.
    public func double(_ key: String) -> Double? { value(key).flatMap { decoding.double($0, as: "'\(key)'") } }

    /// A Prometheus duration; nil when absent or nothing.
    public func duration(_ key: String) -> Duration? {
        value(key).flatMap { isZero($0) ? .zero : decoding.duration($0, as: "'\(key)'") }
    }

    /// The items of a list; nil when absent or nothing.
    public func list(_ key: String) -> [YAMLNode]? { value(key).flatMap { decoding.list($0, as: "'\(key)'") } }

    /// A list of texts; nil when absent or nothing, an item that is nothing reads as empty text.
    public func strings(_ key: String) -> [String]? {
        list(key)?.map { decoding.string($0, as: "an item of '\(key)'") ?? "" }
    }

    /// A reader of a mapping below `key`; nil when absent or nothing.
    public func mapping(_ key: String, as what: String? = nil) -> YAMLMappingReader? {
        guard let node = value(key), !node.isNull else { return nil }
        return decoding.mapping(node, as: what ?? "'\(key)'")
    }

    /// The pairs of a mapping from text to text, in order, with the nodes; empty when absent or nothing.
    /// A value that is nothing reads as empty text, a pair whose name is nothing is skipped, as Go's packages do.
    public func stringPairs(_ key: String) -> [YAMLStringPair] {
        guard let node = value(key), !node.isNull else { return [] }
        guard let pairs = node.mapping else {
            decoding.report("'\(key)' must be a mapping of names to texts, not \(node.typeDescription)", at: node)
            return []
        }
        return pairs.compactMap { pair in
            if pair.key.isNull { return nil }
            guard let name = pair.key.scalar?.text else {
                decoding.report("a name in '\(key)' must be text, not \(pair.key.typeDescription)", at: pair.key)
                return nil
            }
            guard pair.value.scalar != nil else {
                decoding.report("'\(name)' in '\(key)' must be text, not \(pair.value.typeDescription)", at: pair.value)
                return nil
            }
            let text = decoding.string(pair.value, as: name) ?? ""
            return YAMLStringPair(name: name, text: text, nameNode: pair.key, textNode: pair.value)
        }
    }

    /// Reports a missing `key`, unless it is there with a value that is something.
    public func require(_ key: String) {
        if !has(key) { decoding.report("\(what) needs '\(key)'", at: node) }
    }

    /// Reports every key that was not asked for, with the nearest right one.
    /// - Parameter hints: What to say about keys that are often put in the wrong place; wins over the nearest name.
    public func finish(hints: [String: String] = [:]) {
        let known = pairs.count > 16 ? Set(asked) : []
        for pair in pairs {
            if pair.key.isNull, decoding.passesOverNullKeys { continue }
            guard let key = pair.key.scalar?.text else {
                decoding.report("a key of \(what) must be text, not \(pair.key.typeDescription)", at: pair.key)
                continue
            }
            if known.isEmpty ? asked.contains(key) : known.contains(key) { continue }
            if decoding.isFull { return decoding.report("unknown key", at: pair.key) }
            let nearest = NearMiss.best(for: key, among: asked).map { "did you mean '\($0)'?" }
            decoding.report("unknown key '\(key)' in \(what)", at: pair.key, hint: hints[key] ?? nearest)
        }
    }
}

/// A name and its text in a mapping, with their places.
public struct YAMLStringPair: Sendable {
    /// The key.
    public let name: String
    /// The value, as text whatever its type.
    public let text: String
    /// The key's node.
    public let nameNode: YAMLNode
    /// The value's node.
    public let textNode: YAMLNode
}
