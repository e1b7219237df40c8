import Base
import HTTPTransport
import YAML

/// The keys about proxies.
///
/// - Source: prometheus/common config, ProxyConfig.
public struct ProxySettings: Hashable, Sendable {
    /// The proxy; empty for none.
    public var url = ""
    /// Hosts reached without it.
    public var noProxy = ""
    /// Whether the environment names the proxy.
    public var isFromEnvironment = false
    /// Header lines for the proxy itself.
    public var connectHeaders: [HTTPSecretHeader] = []

    /// No proxy.
    public init() {}

    /// What a request is given.
    public var proxy: HTTPProxy {
        if isFromEnvironment { return .environment(connectHeaders: connectHeaders) }
        return url.isEmpty ? .none : .url(Secret(url), except: noProxy, connectHeaders: connectHeaders)
    }

    /// Reads the keys from a section that has others as well; reports what is wrong with them.
    public init(keysOf reader: YAMLMappingReader, _ context: SettingsContext) {
        url = reader.string("proxy_url") ?? ""
        noProxy = reader.string("no_proxy") ?? ""
        isFromEnvironment = reader.bool("proxy_from_environment") ?? false
        readConnectHeaders(reader, context)
        func refuse(_ message: String, _ key: String) {
            context.decoding.report(message, at: reader.keyNode(key) ?? reader.node)
        }
        if isFromEnvironment, !url.isEmpty {
            refuse("if proxy_from_environment is configured, proxy_url must not be configured", "proxy_url")
        }
        if isFromEnvironment, !noProxy.isEmpty {
            refuse("if proxy_from_environment is configured, no_proxy must not be configured", "no_proxy")
        }
        if !isFromEnvironment, url.isEmpty, !noProxy.isEmpty {
            refuse("if no_proxy is configured, proxy_url must also be configured", "no_proxy")
        }
        if !isFromEnvironment, url.isEmpty, !connectHeaders.isEmpty {
            refuse(
                "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured",
                "proxy_connect_header")
        }
        if url.hasPrefix(":") { refuse("'proxy_url': missing protocol scheme", "proxy_url") }
        let schemes = ["http://", "https://", "socks5://", "socks5h://"]
        if !url.isEmpty, !schemes.contains(where: { url.lowercased().hasPrefix($0) }) {
            context.decoding.report(
                "'proxy_url' should begin with http://, https://, socks5:// or socks5h://",
                at: reader.value("proxy_url") ?? reader.node, severity: .warning)
        }
    }

    private mutating func readConnectHeaders(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        guard let headers = reader.mapping("proxy_connect_header") else { return }
        for name in headers.keys {
            for value in headers.strings(name) ?? [] {
                connectHeaders.append(HTTPSecretHeader(name, Secret(value)))
            }
        }
    }
}
