import JSON
import TestSupport
import YAML

/// `docs/api/openapi.yml` as a test reads it: which answers are documented, and whether a body has its schema.
struct APIDocument {
    private let root: YAMLNode

    init() throws {
        guard let root = try YAMLDocument.load(Surroundings.root + "/docs/api/openapi.yml").root else {
            throw ChildProcessError(path: "docs/api/openapi.yml", reason: "is empty")
        }
        self.root = root
    }

    /// Every path with an operation `get`: the pattern and a target with the examples of its required parameters.
    func questions() -> [(pattern: String, target: String)] {
        (root["paths"]?.mapping ?? []).compactMap { path in
            guard let pattern = path.key.scalar?.text, let operation = path.value["get"] else { return nil }
            var target = pattern
            for parameter in path.value["parameters"]?.sequence ?? [] {
                let example = parameter["example"]?.scalar?.text ?? "00000000-0000-4000-8000-000000000000"
                target = target.replacing("{\(parameter["name"]?.scalar?.text ?? "")}", with: example)
            }
            let query = (operation["parameters"]?.sequence ?? []).compactMap { parameter -> String? in
                guard let name = parameter["name"]?.scalar?.text, let example = parameter["example"]?.scalar?.text
                else { return nil }
                return name + "=" + example.replacing("+", with: "%2B")
            }
            return (pattern, query.isEmpty ? target : target + "?" + query.joined(separator: "&"))
        }
    }

    /// What is wrong with an answer; nil when the document describes it.
    func problem(_ method: String, _ pattern: String, status: Int, body: [UInt8]) -> String? {
        guard let responses = root["paths"]?[pattern]?[method.lowercased()]?["responses"] else {
            return "\(method) \(pattern) is not documented"
        }
        guard let response = responses["\(status)"].map(resolved) else { return "\(status) is not documented" }
        guard let schema = response["content"]?["application/json"]?["schema"] else { return nil }
        guard let value = try? JSONValue(parsing: body) else { return "the body is no JSON" }
        return mismatch(value, schema, "body")
    }

    private func resolved(_ node: YAMLNode) -> YAMLNode {
        guard let reference = node["$ref"]?.scalar?.text else { return node }
        return reference.dropFirst(2).split(separator: "/").reduce(root) { $0[String($1)] ?? $0 }
    }

    private func mismatch(_ value: JSONValue, _ schema: YAMLNode, _ place: String) -> String? {
        let schema = resolved(schema)
        if let allowed = schema["enum"]?.sequence, !allowed.contains(where: { $0.scalar?.text == value.string }) {
            return "\(place) is none of the values allowed: \(value.text)"
        }
        switch schema["type"]?.scalar?.text {
        case "object":
            guard let object = value.object else { return "\(place) is \(value.kind), not an object" }
            for name in (schema["required"]?.sequence ?? []).compactMap(\.scalar?.text) where object[name] == nil {
                return "\(place) lacks \(name)"
            }
            for member in object {
                let known = schema["properties"]?[member.key] ?? schema["additionalProperties"]
                guard let known else {
                    if schema["properties"] == nil { continue }
                    return "\(place) has \(member.key), which is not documented"
                }
                if let problem = mismatch(member.value, known, "\(place).\(member.key)") { return problem }
            }
            return nil
        case "array":
            guard let items = value.array else { return "\(place) is \(value.kind), not an array" }
            guard let schema = schema["items"] else { return nil }
            return items.enumerated().lazy.compactMap { mismatch($1, schema, "\(place)[\($0)]") }.first
        case "string": return value.string == nil ? "\(place) is \(value.kind), not a string" : nil
        case "integer": return value.integer == nil ? "\(place) is \(value.kind), not a whole number" : nil
        case "boolean": return value.bool == nil ? "\(place) is \(value.kind), not a boolean" : nil
        default: return nil
        }
    }
}

extension YAMLNode {
    fileprivate subscript(key: String) -> YAMLNode? { mapping?.first { $0.key.scalar?.text == key }?.value }
}
