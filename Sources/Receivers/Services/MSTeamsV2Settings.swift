import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `msteamsv2_configs`: Teams' workflows. Texts are templates.
public struct MSTeamsV2Settings: IntegrationSettings {
    /// The type's name.
    public static let type = "msteamsv2"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The workflow's address.
    public var url: SecretSource
    /// The heading.
    public var title: String
    /// The text below it.
    public var text: String

    /// Reads an item of `msteamsv2_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: true, globals, context) else {
            return nil
        }
        let reader = entry.reader
        http = entry.http
        sendsResolved = entry.sendsResolved
        title = reader.string("title") ?? "{{ template \"msteamsv2.default.title\" . }}"
        text = reader.string("text") ?? "{{ template \"msteamsv2.default.text\" . }}"
        guard let found = entry.finishedWebhookURL() else { return nil }
        url = found
    }
}

extension MSTeamsV2Settings: HTTPMessageSettings {
    /// An adaptive card of two blocks.
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        let heading = JSONObject([
            .init(key: "type", value: "TextBlock"), .init(key: "text", value: .string(try texts.text(title))),
            .init(key: "weight", value: "Bolder"), .init(key: "size", value: "Medium"),
            .init(key: "wrap", value: true), .init(key: "style", value: "heading"),
            .init(key: "color", value: texts.isFiring ? "Attention" : "Good"),
        ])
        let block = JSONObject([
            .init(key: "type", value: "TextBlock"), .init(key: "text", value: .string(try texts.text(text))),
            .init(key: "wrap", value: true),
        ])
        let card = JSONObject([
            .init(key: "$schema", value: "http://adaptivecards.io/schemas/adaptive-card.json"),
            .init(key: "type", value: "AdaptiveCard"), .init(key: "version", value: "1.2"),
            .init(key: "body", value: .array([.object(heading), .object(block)])),
            .init(key: "msteams", value: .object(JSONObject([.init(key: "width", value: "full")]))),
        ])
        var json = JSONWriter()
        json.beginObject()
        json.member("type", "message")
        json.beginArray("attachments")
        json.beginObject()
        json.member("contentType", "application/vnd.microsoft.card.adaptive")
        json.key("contentUrl")
        json.null()
        json.key("content")
        json.value(.object(card))
        json.endObject()
        json.endArray()
        json.endObject()
        return [HTTPMessage(to: try texts.secret(url).reveal(), json: json)]
    }
}
