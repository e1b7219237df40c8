import Alerts
import HTTPTransport
import Settings
import YAML

/// One item of `jira_configs`. Texts are templates.
public struct JiraSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "jira"

    /// A text that may be left alone once the issue is there.
    public struct Text: Sendable {
        /// The template.
        public var template: String
        /// Whether an issue that is there gets the new text.
        public var isUpdated = true
    }

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The base of the API, version included.
    public var url: String
    /// `auto`, `cloud` or `datacenter`.
    public var apiType: String
    /// The title.
    public var summary: Text
    /// The text; version 3 of the API wants a document in JSON.
    public var description: Text
    /// `labels`
    public var labels: [String]
    /// The templates of single texts, by key.
    public var texts: [String: String]
    /// Ends that are older make no issue open again; zero for any age.
    public var reopenDuration: Duration = .zero
    var fields: [(key: String, value: PayloadTemplate)]

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "project": "", "priority": "{{ template \"jira.default.priority\" . }}", "issue_type": "",
        "reopen_transition": "", "resolve_transition": "", "wont_fix_resolution": "",
    ]

    /// Reads an item of `jira_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "jira_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        let own = reader.address("api_url", context)
        apiType = reader.string("api_type") ?? "auto"
        summary = Self.text(reader, "summary", "{{ template \"jira.default.summary\" . }}", context)
        description = Self.text(reader, "description", "{{ template \"jira.default.description\" . }}", context)
        labels = reader.strings("labels") ?? []
        texts = reader.texts(Self.defaultTexts)
        reopenDuration = reader.duration("reopen_duration") ?? .zero
        fields = PayloadTemplate.members(reader, "fields", context).map { ($0.key, $0.value) }
        reader.finish()
        if !["auto", "cloud", "datacenter"].contains(apiType) {
            context.decoding.report(
                "unknown api_type on jira_config, must be auto, cloud or datacenter",
                at: reader.value("api_type") ?? node)
        }
        for key in ["project", "issue_type"] where texts[key]?.isEmpty != false {
            context.decoding.report("missing \(key) in jira_config", at: node)
        }
        guard let address = own ?? globals.addresses.jira else {
            context.decoding.report("no global Jira Cloud URL set", at: node)
            return nil
        }
        url = address
    }

    /// A template, or a mapping of it and whether it is updated.
    private static func text(
        _ reader: YAMLMappingReader, _ key: String, _ otherwise: String, _ context: SettingsContext
    ) -> Text {
        guard let node = reader.value(key), !node.isNull else { return Text(template: otherwise) }
        guard node.mapping != nil, let section = reader.mapping(key) else {
            return Text(template: reader.string(key) ?? otherwise)
        }
        defer { section.finish() }
        return Text(
            template: section.string("template") ?? "", isUpdated: section.optionalBool("enable_update") ?? true)
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        JiraIntegration(id, self, means)
    }
}
