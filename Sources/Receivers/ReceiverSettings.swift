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
    /// Where services are.
    public var addresses = ReceiverAddresses()
    /// `opsgenie_api_key`
    public var opsgenieKey: SecretSource?
    /// `victorops_api_key`
    public var victorOpsKey: SecretSource?
    /// `telegram_bot_token`
    public var telegramToken: SecretSource?
    /// `rocketchat_token`
    public var rocketchatToken: SecretSource?
    /// `rocketchat_token_id`
    public var rocketchatTokenID: SecretSource?
    /// `wechat_api_secret`
    public var weChatSecret: SecretSource?
    /// `wechat_api_corp_id`
    public var weChatCorporation = ""
    /// `allow_exec`, which stands beside `global`: whether receivers may run commands.
    public var allowsExec = false
    /// `mattermost_webhook_url`
    public var mattermostURL: SecretSource?

    /// Nothing said.
    public init() {}

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        if let section = reader.mapping("http_config") { http = HTTPClientSettings(section, context) }
        slackURL = reader.secretAddress("slack_api_url", context)
        slackToken = reader.secret("slack_app_token", context)
        slackAppURL = reader.address("slack_app_url", context).map { .inline(Secret($0)) } ?? slackAppURL
        mail = mail.overridden(by: reader, prefix: "smtp_", context)
        addresses = ReceiverAddresses(reader, context)
        opsgenieKey = reader.credential("opsgenie_api_key", context)
        victorOpsKey = reader.credential("victorops_api_key", context)
        telegramToken = reader.credential("telegram_bot_token", context)
        // Empty texts count as given here.
        rocketchatToken = reader.secret("rocketchat_token", context)
        rocketchatTokenID = reader.secret("rocketchat_token_id", context)
        weChatSecret = reader.credential("wechat_api_secret", context)
        weChatCorporation = reader.string("wechat_api_corp_id") ?? ""
        mattermostURL = reader.secretAddress("mattermost_webhook_url", context)
        if slackURL != nil, slackToken != nil {
            context.decoding.report(
                "at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file must be configured",
                at: reader.node)
        }
    }
}

/// One item of `receivers`.
public struct ReceiverDefinition: Sendable {
    /// The name that routes refer to.
    public var name: String
    /// `labels`, for those who ask for receivers by label.
    public var labels: [String: String] = [:]
    /// Its integrations, by type in Alertmanager's order, each type in the order of the text.
    public var settings: [any IntegrationSettings]

    func integrations(_ means: DeliveryMeans) -> [any Integration] {
        var counts: [String: Int] = [:]
        return settings.map { settings in
            let type = type(of: settings).type
            defer { counts[type, default: 0] += 1 }
            return settings.integration(
                IntegrationID(receiver: name, type: type, index: counts[type, default: 0]), means)
        }
    }
}

/// The sections of a configuration that receivers own: `receivers`, and their keys of `global`.
public struct ReceiverSettings: Sendable {
    /// In the order of the text.
    public var receivers: [ReceiverDefinition] = []
    /// What `global` says.
    public var globals = ReceiverGlobals()

    /// No receivers.
    public init() {}

    /// Reads the sections of the document `root` and of `global`; both readers are finished by the caller.
    public init(_ root: YAMLMappingReader, global: YAMLMappingReader?, _ context: SettingsContext) {
        context.decoding.readsNothingAsZero = true
        defer { context.decoding.readsNothingAsZero = false }
        if let global { globals = ReceiverGlobals(global, context) }
        globals.allowsExec = root.bool("allow_exec") ?? false
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
            var own: [any IntegrationSettings] = []
            for type in IntegrationTypes.all {
                for node in reader.list(type.type + "_configs") ?? [] {
                    if let settings = type.init(node, globals, context) { own.append(settings) }
                }
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
