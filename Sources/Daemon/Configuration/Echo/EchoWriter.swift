import Base
import YAML

/// Writes sections out again: every key that the configuration has or that has a default, secrets hidden.
struct EchoWriter {
    /// The section `global` as it is written out, for keys that take their value from there.
    var global: [(key: String, value: EchoValue)] = []
    static let hidden = EchoValue.plain("<secret>")

    /// A mapping by its fields; keys that no field knows follow in the order of the text.
    func section(_ node: YAMLNode?, _ fields: [EchoField]) -> EchoValue {
        .map(members(node, fields))
    }

    func members(_ node: YAMLNode?, _ fields: [EchoField]) -> [(key: String, value: EchoValue)] {
        var found: [(key: String, value: EchoValue)] = []
        for field in fields {
            if let value = value(of: field, in: node) { found.append((field.key, value)) }
        }
        let known = Set(fields.map(\.key))
        for pair in node?.mapping ?? [] {
            guard let key = pair.key.scalar?.text, !known.contains(key), !pair.value.isNull else { continue }
            found.append((key, Self.mayBeSecret(key) ? Self.hidden : Self.tree(pair.value)))
        }
        return found
    }

    private func value(of field: EchoField, in node: YAMLNode?) -> EchoValue? {
        if case .http = field.kind { return http(node?[field.key]) }
        if let own = node?[field.key], !own.isNull, let value = value(own, field) { return value }
        let isNothing = node?[field.key]?.isNull == true
        if isNothing, !field.isRefilled, case .value = field.fallback { return zero(field) }
        switch field.fallback {
        case .nothing: return nil
        case .value(let value): return value
        case .global(let key):
            // A secret that stands in a file of its own here takes the global one's place.
            if node?[field.key + "_file"]?.isNull == false || node?[field.key + "_env"]?.isNull == false { return nil }
            return global.first { $0.key == key }?.value
        }
    }

    /// What a key with nothing behind it has: the zero value of its type.
    private func zero(_ field: EchoField) -> EchoValue? {
        switch field.kind {
        case .text: field.isOptional ? nil : .text("")
        case .boolean: .plain("false")
        case .number: .plain("0")
        case .duration, .goDuration: field.isOptional ? nil : .plain("0s")
        default: nil
        }
    }

    private func value(_ node: YAMLNode, _ field: EchoField) -> EchoValue? {
        let text = node.scalar?.text ?? ""
        switch field.kind {
        case .text: return text.isEmpty && field.isOptional ? nil : .text(text)
        case .boolean:
            guard let value = node.scalar?.boolean, value || !field.isOptional else { return nil }
            return .plain("\(value)")
        case .number: return text.isEmpty ? nil : .plain(text)
        case .secret: return text.isEmpty ? nil : Self.hidden
        case .url: return text.isEmpty ? nil : .text(Self.withoutPassword(text))
        case .duration:
            return PrometheusDuration.parse(text).map { .plain(PrometheusDuration.string($0)) } ?? .plain(text)
        case .goDuration:
            return PrometheusDuration.parse(text).map { .plain(Self.goDuration($0)) } ?? .plain(text)
        case .texts:
            let items = node.sequence ?? []
            return items.isEmpty ? nil : .list(items.map { .text($0.scalar?.text ?? "") })
        case .tree: return Self.tree(node)
        case .section(let fields): return section(node, fields)
        case .sections(let fields):
            let items = node.sequence ?? []
            let showsNull = ["fields", "actions"].contains(field.key)
            return items.isEmpty
                ? nil : .list(items.map { showsNull && $0.isNull ? .plain("null") : section($0, fields) })
        case .http: return http(node)
        case .headers:
            return .map(
                (node.mapping ?? []).map { pair in
                    (pair.key.scalar?.text ?? "", section(pair.value, EchoTables.header))
                })
        case .secrets:
            let items = node.sequence ?? []
            return items.isEmpty ? nil : .list(items.map { _ in Self.hidden })
        case .secretLists:
            return .map(
                (node.mapping ?? []).map { pair in
                    (pair.key.scalar?.text ?? "", .list((pair.value.sequence ?? []).map { _ in Self.hidden }))
                })
        }
    }

    /// A section `http_config`; absent, what `global` has, or the defaults.
    func http(_ node: YAMLNode?) -> EchoValue {
        guard let node, !node.isNull else {
            return global.first { $0.key == "http_config" }?.value ?? section(nil, EchoTables.http)
        }
        var own = members(node, EchoTables.http)
        let bearer = own.filter { ["bearer_token", "bearer_token_file"].contains($0.key) }
        if let (key, value) = bearer.first {
            own.removeAll { $0.key == key }
            let credentials = key == "bearer_token" ? "credentials" : "credentials_file"
            own.insert(("authorization", .map([("type", .text("Bearer")), (credentials, value)])), at: 0)
        }
        return .map(own)
    }

    /// Any piece of YAML as it stands.
    static func tree(_ node: YAMLNode) -> EchoValue {
        if let items = node.sequence { return .list(items.map(tree)) }
        if let pairs = node.mapping { return .map(pairs.map { ($0.key.scalar?.text ?? "", tree($0.value)) }) }
        guard let scalar = node.scalar else { return .plain("null") }
        if case .string = scalar.resolved { return .text(scalar.text) }
        return .plain(scalar.text.isEmpty ? "null" : scalar.text)
    }

    /// Whether a key that no table knows sounds like a secret; names of files and variables are none.
    private static func mayBeSecret(_ key: String) -> Bool {
        if key.hasSuffix("_file") || key.hasSuffix("_env") { return false }
        return ["secret", "token", "password", "key", "credentials", "url"].contains { key.contains($0) }
    }

    private static func withoutPassword(_ url: String) -> String {
        guard let end = url.firstIndex(of: ":"), url[end...].hasPrefix("://") else { return url }
        let rest = url[end...].dropFirst(3)
        let authority = rest.prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@"), let colon = authority[..<at].firstIndex(of: ":") else {
            return url
        }
        return String(url[...colon]) + "xxxxx" + String(url[at...])
    }

    /// `1h0m0s`, as Go's time.Duration prints whole seconds.
    private static func goDuration(_ duration: Duration) -> String {
        let seconds = duration.milliseconds / 1000
        if duration.milliseconds % 1000 != 0 { return "\(duration.milliseconds)ms" }
        let hours = seconds / 3600
        let minutes = seconds / 60 % 60
        if hours > 0 { return "\(hours)h\(minutes)m\(seconds % 60)s" }
        return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
    }
}
