import Alerts
import Base
import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `incidentio_configs`.
public struct IncidentIOSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "incidentio"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// How long an attempt may take; zero for as long as the flush.
    public var timeout: Duration = .zero
    /// The address of the alert source.
    public var url: SecretSource
    /// The source's token; nil when ``http`` says who asks.
    public var token: SecretSource?
    /// How many alerts are told at most; 0 for all.
    public var maxAlerts = 0

    /// Reads an item of `incidentio_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "incidentio_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        timeout = reader.goDuration("timeout", context) ?? .zero
        maxAlerts = reader.int("max_alerts") ?? 0
        if maxAlerts < 0, let place = reader.value("max_alerts") {
            context.decoding.report("'max_alerts' cannot be negative", at: place)
        }
        token = reader.credential("alert_source_token", context)
        let found = reader.secretAddress("url", context)
        let hasOwn = reader.has("http_config")
        var isAuthorized = false
        if case .authorization = http.authentication, hasOwn { isAuthorized = true }
        reader.finish()
        if isAuthorized, token != nil {
            context.decoding.report(
                "cannot specify alert_source_token or alert_source_token_file when using http_config.authorization",
                at: node)
        }
        guard let found else {
            context.decoding.report("one of url or url_file must be configured", at: node)
            return nil
        }
        url = found
        if hasOwn, !isAuthorized, token == nil {
            context.decoding.report(
                "at least one of alert_source_token, alert_source_token_file or http_config.authorization must be "
                    + "configured", at: node)
            return nil
        }
    }
}

extension IncidentIOSettings: HTTPMessageSettings {
    /// Larger messages are refused there.
    private static let limit = 512_000

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var told = texts.notification.truncated(to: maxAlerts)
        var body = WebhookBody.bytes(of: told, version: "1")
        while body.count > Self.limit, told.alerts.count > 1 {
            told = told.truncated(to: told.alerts.count - 1)
            told.truncatedAlerts = texts.notification.alerts.count - told.alerts.count
            body = WebhookBody.bytes(of: told, version: "1")
        }
        var message = HTTPMessage(
            to: try texts.secret(url).reveal(), headers: [HTTPHeader("Content-Type", "application/json")], body: body)
        if let token {
            let bearer = "Bearer " + (try texts.secret(token).reveal())
            message.secretHeaders = [HTTPSecretHeader("Authorization", Secret(bearer))]
        }
        return [message]
    }

    func result(of response: HTTPResponse) -> DeliveryResult { DeliveryRules.result(response, retried: [429]) }
}
