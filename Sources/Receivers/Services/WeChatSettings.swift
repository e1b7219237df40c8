import Alerts
import Settings
import YAML

/// One item of `wechat_configs`. Texts are templates.
public struct WeChatSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "wechat"

    /// Whether it hears of ends.
    public var sendsResolved = false
    /// How to talk.
    public var http: HTTPClientSettings
    /// The base of the API.
    public var url: String
    /// The company.
    public var corporation: String
    /// What shows who we are.
    public var secret: SecretSource
    /// `text` or `markdown`.
    public var messageType = "text"
    /// The templates of single texts, by key.
    public var texts: [String: String]

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "message": "{{ template \"wechat.default.message\" . }}",
        "to_user": "{{ template \"wechat.default.to_user\" . }}",
        "to_party": "{{ template \"wechat.default.to_party\" . }}",
        "to_tag": "{{ template \"wechat.default.to_tag\" . }}",
        "agent_id": "{{ template \"wechat.default.agent_id\" . }}",
    ]

    /// Reads an item of `wechat_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "wechat_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? false
        url = reader.address("api_url", context) ?? globals.addresses.weChat
        texts = reader.texts(Self.defaultTexts)
        let type = reader.string("message_type") ?? ""
        messageType = type.isEmpty ? "text" : type
        if !["text", "markdown"].contains(messageType) {
            context.decoding.report(
                "weChat message type \"\(type)\" does not match valid options text, markdown",
                at: reader.value("message_type") ?? node)
        }
        let ownID = reader.string("corp_id") ?? ""
        let ownSecret = reader.credential("api_secret", context)
        reader.finish()
        guard let found = ownSecret ?? globals.weChatSecret else {
            context.decoding.report("no global Wechat Api Secret set either inline or in a file", at: node)
            return nil
        }
        secret = found
        corporation = ownID.isEmpty ? globals.weChatCorporation : ownID
        if corporation.isEmpty {
            context.decoding.report("no global Wechat CorpID set", at: node)
            return nil
        }
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        WeChatIntegration(id, self, means)
    }
}
