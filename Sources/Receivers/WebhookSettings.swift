import Alerts
import Base
import GoTemplate
import HTTPTransport
import Settings
import YAML

/// One item of `webhook_configs`.
public struct WebhookSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "webhook"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// Where to; a template, possibly from a file or the environment.
    public var url: SecretSource
    /// The body as templates; nil for the usual one.
    public var payload: PayloadTemplate?
    /// How many alerts are told at most; 0 for all.
    public var maxAlerts = 0
    /// How long an attempt may take; zero for as long as the flush.
    public var timeout: Duration = .zero
    /// How to talk.
    public var http: HTTPClientSettings

    /// Posts the usual body to `url`.
    public init(url: SecretSource, http: HTTPClientSettings = .init()) {
        self.url = url
        self.http = http
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        WebhookIntegration(id, self, means)
    }

    /// Reads an item of `webhook_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "webhook_configs entry") else { return nil }
        http = reader.mapping("http_config").map { HTTPClientSettings($0, context) } ?? globals.http
        sendsResolved = reader.bool("send_resolved") ?? true
        let found = reader.urlSource("url", context, isTemplate: true)
        maxAlerts = reader.int("max_alerts") ?? 0
        if maxAlerts < 0, let place = reader.value("max_alerts") {
            context.decoding.report("'max_alerts' cannot be negative", at: place)
        }
        timeout = reader.goDuration("timeout", context) ?? .zero
        if let node = reader.value("payload"), !node.isNull { payload = PayloadTemplate(node) }
        reader.finish()
        guard let found else {
            context.decoding.report("one of url or url_file must be configured", at: node)
            return nil
        }
        url = found
    }
}

extension YAMLMappingReader {
    /// A secret address under `key`, `key_file` or `key_env`, checked when it stands here.
    func urlSource(_ key: String, _ context: SettingsContext, isTemplate: Bool = false) -> SecretSource? {
        guard let source = credential(key, context) else { return nil }
        guard case .inline(let secret) = source, let place = value(key) else { return source }
        let text = secret.reveal()
        if text.isEmpty { return nil }
        // What a configuration is written out with, so that it can be read again.
        if text == "<secret>" { return source }
        if isTemplate, text.contains("{{") {
            do { _ = try TemplateSet(name: "", text: text) } catch {
                context.decoding.report("invalid template syntax: \(error.message)", at: place)
            }
        } else if let problem = AddressCheck.problem(of: text) {
            context.decoding.report("invalid URL: \(problem)", at: place)
        }
        return source
    }
}
