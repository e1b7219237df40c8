import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `msteams_configs`: Teams' connectors. Texts are templates.
public struct MSTeamsSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "msteams"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The connector's address.
    public var url: SecretSource
    /// The templates of single texts, by key.
    public var texts: [String: String]

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "title": "{{ template \"msteams.default.title\" . }}",
        "summary": "{{ template \"msteams.default.summary\" . }}",
        "text": "{{ template \"msteams.default.text\" . }}",
    ]

    /// Reads an item of `msteams_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: true, globals, context) else {
            return nil
        }
        let reader = entry.reader
        http = entry.http
        sendsResolved = entry.sendsResolved
        texts = reader.texts(Self.defaultTexts)
        guard let found = entry.finishedWebhookURL() else { return nil }
        url = found
    }
}

extension MSTeamsSettings: HTTPMessageSettings {
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var json = JSONWriter()
        json.beginObject()
        json.member("@context", "http://schema.org/extensions")
        json.member("type", "MessageCard")
        for key in ["title", "summary", "text"] { json.member(key, try texts.text(self.texts[key] ?? "")) }
        json.member("themeColor", texts.isFiring ? "8C1A1A" : "2DC72D")
        json.endObject()
        return [HTTPMessage(to: try texts.secret(url).reveal(), json: json)]
    }
}
