import Base
import HTTPTransport
import Settings
import YAML

/// An entry of `alertmanagers`: where alerts of rules are forwarded to.
///
/// - Source: prometheus/prometheus config, AlertmanagerConfig.
public struct AlertmanagerSettings: Sendable {
    /// The base; `/api/v2/alerts` is appended to its path.
    public var url: HTTPURL
    /// Time for one request.
    public var timeout: Duration = .seconds(10)
    /// Changes or drops alerts before they are queued; external labels are on them then.
    public var relabelling: [RelabelRule] = []
    /// Authentication, TLS, proxy, further headers.
    public var http = HTTPClientSettings()

    /// An address with defaults for everything else.
    public init(url: HTTPURL) { self.url = url }

    /// Where alerts are posted.
    public var endpoint: HTTPURL { url.appending(path: "/api/v2/alerts") }

    /// Reads the list; entries that cannot be used are left out, which has been reported then.
    public static func list(_ node: YAMLNode, _ context: SettingsContext) -> [AlertmanagerSettings] {
        (context.decoding.list(node, as: "alertmanagers") ?? []).compactMap { entry in
            context.decoding.mapping(entry, as: "alertmanagers entry").flatMap { read($0, context) }
        }
    }

    private static func read(_ reader: YAMLMappingReader, _ context: SettingsContext) -> AlertmanagerSettings? {
        let text = reader.string("url")
        let timeout = reader.duration("timeout")
        if let timeout, timeout <= .zero {
            context.decoding.report(
                "'timeout' must be longer than 0", at: reader.value("timeout") ?? reader.node)
        }
        var http = HTTPClientSettings(keysOf: reader, context)
        http.headers += reader.stringPairs("headers").map {
            HeaderSettings(name: $0.name, secrets: [.inline(Secret($0.text))])
        }
        let relabelling = RelabelRule.list(reader.list("alert_relabel_configs") ?? [], context)
        if let version = reader.string("api_version"), version != "v2" {
            context.decoding.report(
                "'api_version' must be v2, not '\(version)'", at: reader.value("api_version") ?? reader.node)
        }
        for key in ["static_configs", "path_prefix", "scheme", "relabel_configs", "sigv4"] {
            context.refuse(key, in: reader, "name each Alertmanager by its 'url', path prefix included")
        }
        reader.finish()
        guard let url = text.flatMap({ HTTPURL($0) }), url.scheme.hasPrefix("http"), url.query == nil else {
            context.decoding.report(
                text == nil
                    ? "an alertmanagers entry needs 'url'"
                    : "'url' of alertmanagers must be an http or https URL without a query, such as http://localhost:9093",
                at: reader.value("url") ?? reader.node)
            return nil
        }
        var settings = AlertmanagerSettings(url: url)
        settings.timeout = timeout ?? settings.timeout
        settings.relabelling = relabelling
        settings.http = http
        settings.http.takeCredentials(of: url)
        return settings
    }
}
