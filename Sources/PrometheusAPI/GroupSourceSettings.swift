import Base
import Settings
import TimeSeries
import YAML

/// An item of `datasource.groups`: how the rule groups that it fits ask, so that rule files need not know of tenants.
public struct GroupSourceSettings: Hashable, Sendable {
    /// The group's name must match; nil for any.
    public var group: LabelMatcher?
    /// The rule file's path must match; nil for any.
    public var file: LabelMatcher?
    /// Their tenant: the header `X-Scope-OrgID`. Nil leaves that of the section.
    public var tenant: String?
    /// Parameters of every question; they win over those of the section.
    public var parameters: [QueryParameter] = []

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        group = Self.pattern("group", reader, context)
        file = Self.pattern("file", reader, context)
        tenant = reader.string("tenant")
        parameters = QueryParameter.list(reader)
        reader.finish(hints: ["name": "did you mean 'group'?"])
        if group == nil, file == nil, !reader.has("group"), !reader.has("file") {
            context.decoding.report("an item of 'groups' needs 'group' or 'file'", at: reader.node)
        }
    }

    /// Whether these are meant for a group.
    public func fits(group name: String, file path: String) -> Bool {
        (group?.matches(value: name) ?? true) && (file?.matches(value: path) ?? true)
    }

    private static func pattern(
        _ key: String, _ reader: YAMLMappingReader, _ context: SettingsContext
    ) -> LabelMatcher? {
        guard let text = reader.string(key) else { return nil }
        do { return try LabelMatcher(key, .matches, text) } catch {
            context.decoding.report(
                "'\(key)' is no regular expression: \(error)", at: reader.value(key) ?? reader.node)
            return nil
        }
    }
}

/// A parameter that goes with every question to a server.
public struct QueryParameter: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its value.
    public var value: String

    /// A parameter.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    static func list(_ reader: YAMLMappingReader) -> [QueryParameter] {
        reader.stringPairs("query_parameters").map { QueryParameter(name: $0.name, value: $0.text) }
    }
}

extension PrometheusServerSettings {
    /// The header that names a tenant to Mimir, Cortex, Loki and Thanos.
    static let tenantHeader = "X-Scope-OrgID"

    /// How the group `group` of the rule file `file` asks; the first item that fits counts.
    public func settings(forGroup group: String, file: String) -> PrometheusServerSettings {
        guard let own = groups.first(where: { $0.fits(group: group, file: file) }) else { return self }
        var copy = self
        if let tenant = own.tenant { copy.setTenant(tenant) }
        let names = Set(own.parameters.map(\.name))
        copy.parameters = parameters.filter { !names.contains($0.name) } + own.parameters
        return copy
    }

    /// Names a tenant in every question; as a secret, so that a redirect to another host does not carry it there.
    mutating func setTenant(_ tenant: String) {
        http.headers.removeAll { $0.name.lowercased() == Self.tenantHeader.lowercased() }
        http.headers.append(HeaderSettings(name: Self.tenantHeader, secrets: [.inline(Secret(tenant))]))
    }
}
