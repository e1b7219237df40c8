import Base
import GoTemplate
import JSON
import Settings
import YAML

/// A tree whose texts are templates: Alertmanager's `payload`.
///
/// A text that, rendered, reads as a YAML number, truth value, list, mapping or nothing becomes that.
public indirect enum PayloadTemplate: Sendable {
    case text(String)
    case value(JSONValue)
    case list([PayloadTemplate])
    /// By key, sorted.
    case mapping([(key: String, value: PayloadTemplate)])

    /// The members of a mapping below `key`; names are no templates. Keys that are no texts are left out.
    static func members(_ reader: YAMLMappingReader, _ key: String, _ context: SettingsContext)
        -> [String: PayloadTemplate]
    {
        guard let node = reader.value(key), !node.isNull else { return [:] }
        guard let pairs = node.mapping else {
            context.decoding.report("'\(key)' must be a mapping, not \(node.typeDescription)", at: node)
            return [:]
        }
        var members: [String: PayloadTemplate] = [:]
        for pair in pairs {
            if let name = pair.key.scalar?.text { members[name] = PayloadTemplate(pair.value) }
        }
        return members
    }

    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .list(items.map(PayloadTemplate.init))
        case .mapping(let pairs):
            let members = pairs.compactMap { pair in
                JSONValue.key(pair.key).map { (key: $0, value: PayloadTemplate(pair.value)) }
            }
            self = .mapping(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) })
        case .scalar(let scalar):
            let value = JSONValue(yaml: scalar)
            if case .string(let text) = value { self = .text(text) } else { self = .value(value) }
        }
    }

    /// The tree with every template run by `render`.
    func rendered(_ render: (String) throws(TemplateError) -> String) throws(TemplateError) -> JSONValue {
        switch self {
        case .text(let text): return Self.reread(try render(text))
        case .value(let value): return value
        case .list(let items):
            var values: [JSONValue] = []
            for item in items { values.append(try item.rendered(render)) }
            return .array(values)
        case .mapping(let members):
            var object = JSONObject()
            for (key, value) in members {
                object.members.append(.init(key: try render(key), value: try value.rendered(render)))
            }
            return .object(object)
        }
    }

    /// What a text that has been filled in stands for. Texts inside are read again as well, but never as templates: they
    /// may come from an alert.
    private static func reread(_ text: String) -> JSONValue {
        var limits = YAMLDocument.Limits()
        limits.bytes = 4 << 20
        limits.depth = 50
        guard let document = try? YAMLDocument(parsing: text, limits: limits) else { return .string(text) }
        guard let root = document.root else { return .null }
        // `{{ x }}` reads as a mapping of a mapping, which Alertmanager's reader refuses.
        if hasCollectionAsKey(root) { return .string(text) }
        let value = JSONValue(yaml: root)
        if case .string = value { return .string(text) }
        return reread(value)
    }

    private static func hasCollectionAsKey(_ node: YAMLNode) -> Bool {
        switch node.content {
        case .scalar: false
        case .sequence(let items): items.contains { hasCollectionAsKey($0) }
        case .mapping(let pairs): pairs.contains { $0.key.scalar == nil || hasCollectionAsKey($0.value) }
        }
    }

    private static func reread(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): reread(text)
        case .array(let items): .array(items.map { reread($0) })
        case .object(let object):
            .object(JSONObject(object.map { .init(key: $0.key, value: reread($0.value)) }))
        default: value
        }
    }
}

extension JSONValue {
    fileprivate init(yaml node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar): self.init(yaml: scalar)
        case .sequence(let items): self = .array(items.map { JSONValue(yaml: $0) })
        case .mapping(let pairs):
            let members = pairs.compactMap { pair in
                JSONValue.key(pair.key).map { JSONObject.Member(key: $0, value: JSONValue(yaml: pair.value)) }
            }
            self = .object(JSONObject(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
        }
    }

    /// A key that is a text; `n` and `5` are none and are left out, as in Alertmanager.
    fileprivate static func key(_ node: YAMLNode) -> String? {
        guard let scalar = node.scalar, case .string(let text) = JSONValue(yaml: scalar) else { return nil }
        return text
    }

    fileprivate init(yaml scalar: YAMLScalar) {
        switch scalar.resolved {
        case .null: self = .null
        case .boolean(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .unsigned(let value): self = .number(Double(value))
        case .float(let value): self = .number(value)
        // `yes`, `off` and the like are truth values here.
        case .string(let text): self = scalar.boolean.map { .bool($0) } ?? .string(text)
        }
    }
}
