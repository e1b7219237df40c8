import Base
import HTTPTransport
import Settings
import YAML

/// One item of `pagerduty_configs`. Texts are templates.
public struct PagerDutySettings: IntegrationSettings {
    /// The type's name.
    public static let type = "pagerduty"

    /// A picture of the incident.
    struct Image: Sendable {
        var source: String
        var alternative: String
        var link: String
    }

    /// A link of the incident.
    struct Link: Sendable {
        var address: String
        var text: String
    }

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// How long an attempt may take; zero for as long as the flush.
    public var timeout: Duration = .zero
    /// The key of an integration of type Prometheus: version 1 of the API; wins over ``routingKey``.
    public var serviceKey: SecretSource?
    /// The key of an integration of type Events API v2.
    public var routingKey: SecretSource?
    /// Where events of version 2 go.
    public var url: String
    /// The templates of single texts, by key.
    public var texts: [String: String]
    /// `details`, by key, sorted; the defaults among them.
    var details: [(key: String, value: PayloadTemplate)]
    var images: [Image] = []
    var links: [Link] = []

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "description": "{{ template \"pagerduty.default.description\" . }}",
        "client": "{{ template \"pagerduty.default.client\" . }}",
        "client_url": "{{ template \"pagerduty.default.clientURL\" . }}",
        "severity": "", "source": "", "class": "", "component": "", "group": "",
    ]

    /// Details that are there unless a configuration has its own of the same name.
    static let defaultDetails = [
        "firing": "{{ .Alerts.Firing | toJson }}", "resolved": "{{ .Alerts.Resolved | toJson }}",
        "num_firing": "{{ .Alerts.Firing | len }}", "num_resolved": "{{ .Alerts.Resolved | len }}",
    ]

    /// Reads an item of `pagerduty_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "pagerduty_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        timeout = reader.goDuration("timeout", context) ?? .zero
        serviceKey = reader.credential("service_key", context)
        routingKey = reader.credential("routing_key", context)
        url = reader.address("url", context) ?? globals.addresses.pagerDuty
        texts = reader.texts(Self.defaultTexts)
        if texts["source"]?.isEmpty != false { texts["source"] = texts["client"] }
        if texts["severity"]?.isEmpty != false { texts["severity"] = "error" }
        var own = Self.defaultDetails.mapValues(PayloadTemplate.text)
        own.merge(PayloadTemplate.members(reader, "details", context)) { $1 }
        details = own.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }
        images = (reader.list("images") ?? []).compactMap { node in
            context.decoding.mapping(node, as: "PagerDuty image").map { reader in
                defer { reader.finish() }
                return Image(
                    source: reader.string("src") ?? "", alternative: reader.string("alt") ?? "",
                    link: reader.string("href") ?? "")
            }
        }
        links = (reader.list("links") ?? []).compactMap { node in
            context.decoding.mapping(node, as: "PagerDuty link").map { reader in
                defer { reader.finish() }
                return Link(address: reader.string("href") ?? "", text: reader.string("text") ?? "")
            }
        }
        reader.finish()
        if serviceKey == nil, routingKey == nil {
            context.decoding.report("missing service or routing key in PagerDuty config", at: node)
            return nil
        }
    }
}
