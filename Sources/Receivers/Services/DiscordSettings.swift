import Alerts
import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `discord_configs`. Title, message and content are templates.
public struct DiscordSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "discord"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The address of the channel's webhook.
    public var url: SecretSource
    /// The embed's title.
    public var title: String
    /// The embed's text.
    public var message: String
    /// The text before the embed.
    public var content: String
    /// Who writes, as it stands; empty for the webhook's own name.
    public var username = ""
    /// The writer's picture.
    public var avatarURL = ""

    /// Reads an item of `discord_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: true, globals, context) else {
            return nil
        }
        let reader = entry.reader
        http = entry.http
        sendsResolved = entry.sendsResolved
        title = reader.string("title") ?? "{{ template \"discord.default.title\" . }}"
        message = reader.string("message") ?? "{{ template \"discord.default.message\" . }}"
        content = reader.string("content") ?? "{{ template \"discord.default.content\" . }}"
        username = reader.string("username") ?? ""
        avatarURL = reader.string("avatar_url") ?? ""
        guard let found = entry.finishedWebhookURL() else { return nil }
        url = found
    }
}

extension DiscordSettings: HTTPMessageSettings {
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var json = JSONWriter()
        json.beginObject()
        let title = try texts.text(title).truncated(to: 256)
        let message = try texts.text(message).truncated(to: 4096)
        json.member("content", try texts.text(content).truncated(to: 2000))
        json.beginArray("embeds")
        json.beginObject()
        json.member("title", title)
        json.member("description", message)
        json.key("color")
        json.integer(texts.isFiring ? 0x992D22 : 0x2ECC71)
        json.endObject()
        json.endArray()
        json.optional("username", username)
        json.optional("avatar_url", avatarURL)
        json.endObject()
        return [HTTPMessage(to: try texts.secret(url).reveal(), json: json)]
    }

    func result(of response: HTTPResponse) -> DeliveryResult { DeliveryRules.result(response, tellsKind: false) }
}
