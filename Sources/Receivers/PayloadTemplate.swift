import Base
import GoTemplate
import JSON
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

    init(_ node: YAMLNode) {
        switch node.content {
        case .sequence(let items): self = .list(items.map(PayloadTemplate.init))
        case .mapping(let pairs):
            let members = pairs.map { (key: $0.key.scalar?.text ?? "", value: PayloadTemplate($0.value)) }
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

    private static func reread(_ text: String) -> JSONValue {
        var limits = YAMLDocument.Limits()
        limits.bytes = 4 << 20
        limits.depth = 50
        guard let document = try? YAMLDocument(parsing: text, limits: limits) else { return .string(text) }
        guard let root = document.root else { return .null }
        let value = JSONValue(yaml: root)
        if case .string = value { return .string(text) }
        return value
    }
}

extension JSONValue {
    fileprivate init(yaml node: YAMLNode) {
        switch node.content {
        case .scalar(let scalar): self.init(yaml: scalar)
        case .sequence(let items): self = .array(items.map { JSONValue(yaml: $0) })
        case .mapping(let pairs):
            let members = pairs.map {
                JSONObject.Member(key: $0.key.scalar?.text ?? "", value: JSONValue(yaml: $0.value))
            }
            self = .object(JSONObject(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }))
        }
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
