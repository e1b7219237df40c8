import HTTPTransport
import Settings
import YAML

/// One item of `rocketchat_configs`. Texts are templates.
public struct RocketchatSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "rocketchat"

    /// A field of the attachment.
    struct Field: Sendable {
        var title: String
        var value: String
        var isShort: Bool
    }

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
    var fields: [Field] = []
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
        guard let reader = context.decoding.mapping(node, as: "rocketchat_configs entry") else { return nil }
        let decoding = context.decoding
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? false
        url = reader.address("api_url", context) ?? globals.addresses.rocketchat
        texts = reader.texts(Self.defaultTexts)
        let areShort = reader.bool("short_fields") ?? false
        _ = reader.bool("link_names")
        fields = (reader.list("fields") ?? []).compactMap { node in
            decoding.mapping(node, as: "Rocket.Chat field").map { reader in
                defer { reader.finish() }
                return Field(
                    title: reader.string("title") ?? "", value: reader.string("value") ?? "",
                    isShort: reader.bool("short") ?? areShort)
            }
        }
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
        let ownToken = reader.credential("token", context)
        let ownID = reader.credential("token_id", context)
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
