import Alerts
import Base
import HTTPTransport
import Settings
import YAML

/// What `global` says for all receivers.
public struct ReceiverGlobals: Sendable {
    /// `http_config`
    public var http = HTTPClientSettings()
    /// `slack_api_url`
    public var slackURL: SecretSource?
    /// `slack_app_token`
    public var slackToken: SecretSource?
    /// `slack_app_url`
    public var slackAppURL: SecretSource = .inline(Secret(SlackSettings.defaultAppURL))
    /// The keys `smtp_…`.
    public var mail = MailSettings()

    /// Nothing said.
    public init() {}

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        if let section = reader.mapping("http_config") { http = HTTPClientSettings(section, context) }
        slackURL = reader.urlSource("slack_api_url", context)
        slackToken = reader.secret("slack_app_token", context)
        slackAppURL = reader.urlSource("slack_app_url", context) ?? slackAppURL
        mail = mail.overridden(by: reader, prefix: "smtp_", context)
        for key in reader.keys {
            let isOther = ReceiverSettings.unsupportedGlobalPrefixes.contains { key.hasPrefix($0) }
            if isOther { context.refuse(key, in: reader, "only webhook, slack and email receivers so far") }
        }
    }
}

/// One item of `receivers`.
public struct ReceiverDefinition: Sendable {
    /// What one integration goes by.
    public enum IntegrationSettings: Sendable {
        case webhook(WebhookSettings)
        case slack(SlackSettings)
        case email(EmailSettings)
    }

    /// The name that routes refer to.
    public var name: String
    /// `labels`, for those who ask for receivers by label.
    public var labels: [String: String] = [:]
    /// Its integrations: webhooks, mail, Slack, each in the order of the text.
    public var settings: [IntegrationSettings]

    func integrations(_ means: DeliveryMeans) -> [any Integration] {
        var counts: [String: Int] = [:]
        func id(_ type: String) -> IntegrationID {
            defer { counts[type, default: 0] += 1 }
            return IntegrationID(receiver: name, type: type, index: counts[type, default: 0])
        }
        return settings.map { settings in
            switch settings {
            case .webhook(let own): WebhookIntegration(id("webhook"), own, means)
            case .slack(let own): SlackIntegration(id("slack"), own, means)
            case .email(let own): EmailIntegration(id("email"), own, means)
            }
        }
    }
}

/// The sections of a configuration that receivers own: `receivers`, and their keys of `global`.
public struct ReceiverSettings: Sendable {
    /// In the order of the text.
    public var receivers: [ReceiverDefinition] = []
    /// What `global` says.
    public var globals = ReceiverGlobals()

    /// Types that Alertmanager has and that are not there yet.
    static let unsupportedTypes = [
        "discord", "incidentio", "jira", "mattermost", "msteams", "msteamsv2", "opsgenie", "pagerduty", "pushover",
        "rocketchat", "sns", "telegram", "victorops", "webex", "wechat",
    ]
    static let unsupportedGlobalPrefixes = [
        "jira_", "mattermost_", "opsgenie_", "pagerduty_", "rocketchat_", "telegram_", "victorops_", "webex_",
        "wechat_",
    ]

    /// No receivers.
    public init() {}

    /// Reads the sections of the document `root` and of `global`; both readers are finished by the caller.
    public init(_ root: YAMLMappingReader, global: YAMLMappingReader?, _ context: SettingsContext) {
        if let global { globals = ReceiverGlobals(global, context) }
        var names: Set<String> = []
        for node in root.list("receivers") ?? [] {
            if node.isNull {
                // As in Alertmanager: an item that is nothing is a receiver without a name, which nobody can use.
                if !names.insert("").inserted {
                    context.decoding.report("notification config name \"\" is not unique", at: node)
                }
                receivers.append(ReceiverDefinition(name: "", settings: []))
                continue
            }
            guard let reader = context.decoding.mapping(node, as: "receiver") else { continue }
            let name = reader.string("name") ?? ""
            if name.isEmpty {
                context.decoding.report("missing name in receiver", at: node)
            } else if !names.insert(name).inserted {
                context.decoding.report(
                    "notification config name \"\(name)\" is not unique", at: reader.value("name") ?? node)
            }
            var own: [ReceiverDefinition.IntegrationSettings] = []
            own += (reader.list("webhook_configs") ?? []).compactMap {
                WebhookSettings($0, globals, context).map { .webhook($0) }
            }
            own += (reader.list("email_configs") ?? []).compactMap {
                EmailSettings($0, globals, context).map { .email($0) }
            }
            own += (reader.list("slack_configs") ?? []).compactMap {
                SlackSettings($0, globals, context).map { .slack($0) }
            }
            for type in Self.unsupportedTypes {
                context.refuse("\(type)_configs", in: reader, "only webhook, slack and email receivers so far")
            }
            let labels = Dictionary(
                reader.stringPairs("labels").map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
            reader.finish()
            if let own = labels["name"], own != name, let place = reader.value("labels") {
                context.decoding.report(
                    "receiver label \"name\" must match receiver name \"\(name)\", got \"\(own)\"", at: place)
            }
            receivers.append(ReceiverDefinition(name: name, labels: labels, settings: own))
        }
    }

    /// The names of all receivers.
    public var names: [String] { receivers.map(\.name) }
}
