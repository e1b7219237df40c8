import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `victorops_configs`. Texts are templates.
public struct VictorOpsSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "victorops"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// What shows who we are.
    public var apiKey: SecretSource
    /// The base of the API.
    public var url: String
    /// Which team.
    public var routingKey: String
    /// The templates of single texts, by key.
    public var texts: [String: String]
    var customFields: [(name: String, text: String)]

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "message_type": "CRITICAL", "state_message": "{{ template \"victorops.default.state_message\" . }}",
        "entity_display_name": "{{ template \"victorops.default.entity_display_name\" . }}",
        "monitoring_tool": "{{ template \"victorops.default.monitoring_tool\" . }}",
    ]

    private static let reserved: Set<String> = [
        "routing_key", "message_type", "state_message", "entity_display_name", "monitoring_tool", "entity_id",
        "entity_state",
    ]

    /// Reads an item of `victorops_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "victorops_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        url = reader.address("api_url", context) ?? globals.addresses.victorOps
        routingKey = reader.string("routing_key") ?? ""
        texts = reader.texts(Self.defaultTexts)
        let pairs = reader.stringPairs("custom_fields")
        for pair in pairs where Self.reserved.contains(pair.name) {
            context.decoding.report(
                "victorOps config contains custom field \(pair.name) which cannot be used as it conflicts with the "
                    + "fixed/static fields", at: pair.nameNode)
        }
        customFields = pairs.map { ($0.name, $0.text) }
        let own = reader.credential("api_key", context)
        reader.finish()
        if routingKey.isEmpty { context.decoding.report("missing Routing key in VictorOps config", at: node) }
        guard let key = own ?? globals.victorOpsKey else {
            context.decoding.report("no global VictorOps API Key set", at: node)
            return nil
        }
        apiKey = key
    }
}

extension VictorOpsSettings: HTTPMessageSettings {
    private static let messageTypes: Set<String> = ["CRITICAL", "WARNING", "INFO"]

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        let wanted = try text("message_type", texts)
        var members = [
            "message_type": texts.isFiring ? (Self.messageTypes.contains(wanted) ? wanted : "CRITICAL") : "RECOVERY",
            "entity_id": texts.keyHash,
            "entity_display_name": try text("entity_display_name", texts),
            "state_message": try text("state_message", texts).truncated(to: 20480),
            "monitoring_tool": try text("monitoring_tool", texts),
        ]
        for (name, template) in customFields { members[name] = try texts.text(template) }
        var json = JSONWriter()
        json.beginObject()
        for (name, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            json.member(name, value)
        }
        json.endObject()
        let path = "\(try texts.secret(apiKey).reveal())/\(try texts.text(routingKey))"
        return [HTTPMessage(to: (url.hasSuffix("/") ? url : url + "/") + path, json: json)]
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }
}
