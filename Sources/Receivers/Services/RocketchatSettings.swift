import HTTPTransport
import Settings
import YAML

/// One item of `rocketchat_configs`. Texts are templates.
public struct RocketchatSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "rocketchat"

    /// A button.
    struct Action: Sendable {
        var text: String
        var url: String
        var message: String
    }

    /// Whether it hears of ends.
    public var sendsResolved = false
    /// How to talk.
    public var http: HTTPClientSettings
    /// The server.
    public var url: String
    /// What shows who we are.
    public var token: SecretSource
    /// Whose token it is.
    public var tokenID: SecretSource
    /// The templates of single texts, by key.
    public var texts: [String: String]
    var fields: [MessageField] = []
    var actions: [Action] = []

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "channel": "", "color": "{{ if eq .Status \"firing\" }}red{{ else }}green{{ end }}",
        "title": "{{ template \"rocketchat.default.title\" . }}",
        "title_link": "{{ template \"rocketchat.default.titlelink\" . }}",
        "text": "{{ template \"rocketchat.default.text\" . }}",
        "emoji": "{{ template \"rocketchat.default.emoji\" . }}",
        "icon_url": "{{ template \"rocketchat.default.iconurl\" . }}", "image_url": "", "thumb_url": "",
    ]

    /// Reads an item of `rocketchat_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: false, globals, context) else {
            return nil
        }
        let (reader, decoding) = (entry.reader, context.decoding)
        http = entry.http
        sendsResolved = entry.sendsResolved
        url = reader.address("api_url", context) ?? globals.addresses.rocketchat
        texts = reader.texts(Self.defaultTexts)
        let areShort = reader.bool("short_fields") ?? false
        _ = reader.bool("link_names")
        fields = MessageField.list(reader, service: "Rocket.Chat", short: areShort, isComplete: false, decoding)
        actions = (reader.list("actions") ?? []).compactMap { node in
            decoding.mapping(node, as: "Rocket.Chat action").map { reader in
                defer { reader.finish() }
                // There is one type only, whatever is said.
                _ = reader.string("type")
                return Action(
                    text: reader.string("text") ?? "", url: reader.string("url") ?? "",
                    message: reader.string("msg") ?? "")
            }
        }
        // Empty texts count as given here.
        let ownToken = reader.secret("token", context)
        let ownID = reader.secret("token_id", context)
        reader.finish()
        guard let id = ownID ?? globals.rocketchatTokenID else {
            decoding.report("no global Rocketchat TokenID set either inline or in a file", at: node)
            return nil
        }
        guard let token = ownToken ?? globals.rocketchatToken else {
            decoding.report("no global Rocketchat Token set either inline or in a file", at: node)
            return nil
        }
        tokenID = id
        self.token = token
    }
}
