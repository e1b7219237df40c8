import Settings
import YAML

/// Where services are: the keys `…_url` of `global`.
public struct ReceiverAddresses: Sendable {
    /// `pagerduty_url`
    public var pagerDuty = "https://events.pagerduty.com/v2/enqueue"
    /// `opsgenie_api_url`
    public var opsgenie = "https://api.opsgenie.com/"
    /// `telegram_api_url`
    public var telegram = "https://api.telegram.org"
    /// `victorops_api_url`
    public var victorOps = "https://alert.victorops.com/integrations/generic/20131114/alert/"
    /// `rocketchat_api_url`
    public var rocketchat = "https://open.rocket.chat/"
    /// `webex_api_url`
    public var webex = "https://webexapis.com/v1/messages"
    /// `wechat_api_url`
    public var weChat = "https://qyapi.weixin.qq.com/cgi-bin/"
    /// `jira_api_url`
    public var jira: String?

    /// Those that services have.
    public init() {}

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        pagerDuty = reader.address("pagerduty_url", context) ?? pagerDuty
        opsgenie = reader.address("opsgenie_api_url", context) ?? opsgenie
        telegram = reader.address("telegram_api_url", context) ?? telegram
        victorOps = reader.address("victorops_api_url", context) ?? victorOps
        rocketchat = reader.address("rocketchat_api_url", context) ?? rocketchat
        webex = reader.address("webex_api_url", context) ?? webex
        weChat = reader.address("wechat_api_url", context) ?? weChat
        jira = reader.address("jira_api_url", context)
    }
}
