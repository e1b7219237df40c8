import Alerts
import Base
import HTTPTransport
import Settings
import YAML

/// One item of `slack_configs`. Texts are templates.
public struct SlackSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "slack"

    /// A button.
    public struct Action: Sendable {
        var type: String
        var text: String
        var url = ""
        var style = ""
        var name = ""
        var value = ""
        var confirmation: Confirmation?
    }

    /// What a button asks first.
    public struct Confirmation: Sendable {
        var text: String
        var title = ""
        var okText = ""
        var dismissText = ""
    }

    /// Whether it hears of ends.
    public var sendsResolved = false
    /// The address of an incoming webhook, or of `chat.postMessage` for a token.
    public var url: SecretSource
    /// The token of an app; nil for an incoming webhook.
    public var token: SecretSource?
    /// How to talk.
    public var http: HTTPClientSettings
    /// How long an attempt may take; zero for as long as the flush.
    public var timeout: Duration = .zero
    /// The templates of single texts, by key.
    public var texts: [String: String]
    /// `link_names`
    public var linkNames = false
    /// `mrkdwn_in`
    public var markdownIn = ["fallback", "pretext", "text"]
    /// `fields`
    var fields: [MessageField] = []
    /// `actions`
    public var actions: [Action] = []
    /// Whether a group's message is changed instead of followed by another.
    public var updatesMessage = false
    /// Whether what templates fill in is escaped, so that it cannot become markup.
    public var escapesValues = false

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "color": call("color"), "username": call("username"), "title": call("title"),
        "title_link": call("titlelink"), "icon_emoji": call("iconemoji"), "icon_url": call("iconurl"),
        "pretext": call("pretext"), "text": call("text"), "fallback": call("fallback"),
        "callback_id": call("callbackid"), "footer": call("footer"), "channel": "", "image_url": "", "thumb_url": "",
        "message_text": "",
    ]

    private static func call(_ name: String) -> String { "{{ template \"slack.default.\(name)\" . }}" }

    /// Slack's own address for apps.
    public static let defaultAppURL = "https://slack.com/api/chat.postMessage"

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        SlackIntegration(id, self, means)
    }

    /// Reads an item of `slack_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "slack_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? false
        timeout = reader.goDuration("timeout", context) ?? .zero
        texts = reader.texts(Self.defaultTexts)
        linkNames = reader.bool("link_names") ?? false
        markdownIn = reader.strings("mrkdwn_in") ?? markdownIn
        let shortFields = reader.bool("short_fields") ?? false
        fields = MessageField.list(
            reader, service: "Slack", short: shortFields, isComplete: true, context.decoding)
        actions = (reader.list("actions") ?? []).compactMap { $0.isNull ? nil : Self.action($0, context.decoding) }
        let ownURL = reader.secretAddress("api_url", context)
        let ownToken = reader.credential("app_token", context)
        let appURL = reader.address("app_url", context).map { SecretSource.inline(Secret($0)) }
        updatesMessage = reader.bool("update_message") ?? false
        escapesValues = reader.bool("escape") ?? false
        reader.finish()
        if ownToken != nil, case .authorization = http.authentication, reader.has("http_config") {
            context.decoding.report("http authorization can't be set when using Slack App tokens", at: node)
        }
        if ownURL != nil, ownToken != nil {
            context.decoding.report(
                "at most one of api_url/api_url_file & app_token/app_token_file must be configured", at: node)
        }
        if let ownURL {
            url = ownURL
        } else if let ownToken {
            token = ownToken
            url = appURL ?? globals.slackAppURL
        } else if let globalURL = globals.slackURL {
            url = globalURL
        } else if let globalToken = globals.slackToken {
            token = globalToken
            url = appURL ?? globals.slackAppURL
        } else {
            context.decoding.report("no Slack API URL nor App token set either inline or in a file", at: node)
            return nil
        }
        if updatesMessage, token == nil {
            guard case .inline(let address) = url, address.reveal() == Self.defaultAppURL else {
                context.decoding.report(
                    "update_message can only be used with bot tokens. api_url must be set to \(Self.defaultAppURL)",
                    at: node)
                return
            }
        }
    }

    private static func action(_ node: YAMLNode, _ decoding: YAMLDecoding) -> Action? {
        guard let reader = decoding.mapping(node, as: "Slack action") else { return nil }
        var action = Action(type: reader.string("type") ?? "", text: reader.string("text") ?? "")
        action.url = reader.string("url") ?? ""
        action.style = reader.string("style") ?? ""
        action.name = reader.string("name") ?? ""
        action.value = reader.string("value") ?? ""
        if let confirm = reader.mapping("confirm", as: "Slack confirmation") {
            action.confirmation = Confirmation(
                text: confirm.string("text") ?? "", title: confirm.string("title") ?? "",
                okText: confirm.string("ok_text") ?? "", dismissText: confirm.string("dismiss_text") ?? "")
            confirm.finish()
            if action.confirmation?.text.isEmpty == true {
                decoding.report("missing text in Slack confirmation configuration", at: confirm.node)
            }
        }
        reader.finish()
        if action.type.isEmpty { decoding.report("missing type in Slack action configuration", at: node) }
        if action.text.isEmpty { decoding.report("missing text in Slack action configuration", at: node) }
        if action.url.isEmpty, action.name.isEmpty {
            decoding.report("missing name or url in Slack action configuration", at: node)
        }
        return action
    }
}
