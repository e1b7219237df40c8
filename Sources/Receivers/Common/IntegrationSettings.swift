import Alerts
import Settings
import YAML

/// What one item of a receiver's `…_configs` holds; a type of receiver is a type that conforms.
public protocol IntegrationSettings: Sendable {
    /// The key's name without `_configs`.
    static var type: String { get }

    /// Reads an item; reports what is wrong with it, and is nil when nothing can be made of it.
    init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext)

    /// The integration that goes by these settings.
    func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration
}

/// All types of receivers, in the order in which Alertmanager tells them; ours behind.
enum IntegrationTypes {
    static let all: [any IntegrationSettings.Type] = [
        WebhookSettings.self, EmailSettings.self, PagerDutySettings.self, OpsgenieSettings.self, WeChatSettings.self,
        SlackSettings.self, VictorOpsSettings.self, PushoverSettings.self, SNSSettings.self, TelegramSettings.self,
        DiscordSettings.self, WebexSettings.self, MSTeamsSettings.self, MSTeamsV2Settings.self, JiraSettings.self,
        RocketchatSettings.self, MattermostSettings.self, IncidentIOSettings.self, ExecSettings.self, LogSettings.self,
    ]
}
