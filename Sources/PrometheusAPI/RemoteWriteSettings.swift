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
    /// Which version of the protocol is spoken.
    public enum Version: Sendable, Hashable {
        /// Version 2 once the receiver has shown that it speaks it.
        case negotiated
        case version1
        case version2
    }

    /// Which version of the protocol is spoken.
    public var version = Version.negotiated
    /// What waits in the write-ahead log at most.
    public var limits = RemoteWriteQueueCore.Limits()
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
        switch reader.string("protobuf_message") {
        case nil: break
        case "prometheus.WriteRequest": version = .version1
        case "io.prometheus.write.v2.Request": version = .version2
        case let message?:
            context.decoding.report(
                "unknown 'protobuf_message' \(message)", at: reader.value("protobuf_message") ?? reader.node,
                hint: "prometheus.WriteRequest or io.prometheus.write.v2.Request; without it the receiver is asked")
        }
        if let log = reader.mapping("log") {
            limits.maximumBytes = log.byteSize("max_bytes", context) ?? limits.maximumBytes
            if let age = log.duration("max_age") {
                limits.maximumAge = age
                if age <= .zero, let node = log.value("max_age") {
                    context.decoding.report("'max_age' must be longer than 0", at: node)
                }
            }
            log.finish()
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
        http.takeCredentials(of: parsed)
    }
}
