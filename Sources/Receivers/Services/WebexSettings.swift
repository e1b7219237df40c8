import Alerts
import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `webex_configs`. Room and message are templates.
public struct WebexSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "webex"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk; the bot's token is its authorization.
    public var http: HTTPClientSettings
    /// Where messages go.
    public var url: String
    /// The room.
    public var room: String
    /// The text.
    public var message: String

    /// Reads an item of `webex_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: true, globals, context) else {
            return nil
        }
        let reader = entry.reader
        http = entry.http
        sendsResolved = entry.sendsResolved
        url = reader.address("api_url", context) ?? globals.addresses.webex
        room = reader.string("room_id") ?? ""
        message = reader.string("message") ?? "{{ template \"webex.default.message\" . }}"
        let hasOwn = reader.has("http_config")
        reader.finish()
        if room.isEmpty { context.decoding.report("missing room_id on webex_config", at: node) }
        if case .authorization = http.authentication, hasOwn { return }
        context.decoding.report("missing webex_configs.http_config.authorization", at: node)
        return nil
    }
}

extension WebexSettings: HTTPMessageSettings {
    /// In bytes: Webex says 7439.
    private static let limit = 7439

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var json = JSONWriter()
        json.beginObject()
        json.member("markdown", try texts.text(message).truncated(toBytes: Self.limit))
        json.member("roomId", try texts.text(room))
        json.endObject()
        return [HTTPMessage(to: url, json: json)]
    }

    func result(of response: HTTPResponse) -> DeliveryResult { DeliveryRules.result(response, tellsKind: false) }
}
