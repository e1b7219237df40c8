import Base
import HTTPTransport
import Settings
import YAML

/// An entry of `remote_write`: where recorded samples go.
///
/// - Source: prometheus/prometheus config, RemoteWriteConfig.
public struct RemoteWriteSettings: Sendable {
    /// The whole address.
    public var url: HTTPURL
    /// Distinguishes entries in metrics; empty for the address.
    public var name = ""
    /// Time for one request.
    public var timeout: Duration = .seconds(30)
    /// Changes or drops series before they are sent.
    public var relabelling: [RelabelRule] = []
    /// Whether native histograms are sent.
    public var sendNativeHistograms = false
    /// Authentication, TLS, proxy, further headers.
    public var http = HTTPClientSettings()

    /// An address with defaults for everything else.
    public init(url: HTTPURL) { self.url = url }

    /// Reads the list; entries that cannot be used are left out, which has been reported then.
    public static func list(_ node: YAMLNode, _ context: SettingsContext) -> [RemoteWriteSettings] {
        (context.decoding.list(node, as: "remote_write") ?? []).compactMap { entry in
            context.decoding.mapping(entry, as: "remote_write entry").flatMap { RemoteWriteSettings($0, context) }
        }
    }

    init?(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        let text = reader.string("url")
        let parsed = text.flatMap { HTTPURL($0) }
        url = parsed ?? HTTPURL.nowhere
        name = reader.string("name") ?? ""
        timeout = reader.duration("remote_timeout") ?? timeout
        http = HTTPClientSettings(keysOf: reader, context)
        http.headers += reader.stringPairs("headers").map {
            HeaderSettings(name: $0.name, secrets: [.inline(Secret($0.text))])
        }
        relabelling = RelabelRule.list(reader.list("write_relabel_configs") ?? [], context)
        sendNativeHistograms = reader.bool("send_native_histograms") ?? false
        if let version = reader.string("protobuf_message"), version != "prometheus.WriteRequest" {
            context.decoding.report(
                "'protobuf_message' \(version) is not supported", at: reader.value("protobuf_message") ?? reader.node,
                hint: "only prometheus.WriteRequest is sent")
        }
        for key in ["queue_config", "metadata_config", "send_exemplars", "sigv4", "azuread", "google_iam"] {
            context.refuse(key, in: reader, "recorded samples are sent at once, by basic_auth, authorization or oauth2")
        }
        reader.finish()
        guard let parsed, parsed.scheme.hasPrefix("http") else {
            context.decoding.report(
                text == nil ? "a remote_write entry needs 'url'" : "'url' of remote_write must be an http or https URL",
                at: reader.value("url") ?? reader.node)
            return nil
        }
    }
}
