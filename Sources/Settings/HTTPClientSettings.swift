import Base
import HTTPTransport
import YAML

/// How a configured address is talked to: Prometheus' `http_config`, alone or as keys of a larger section.
///
/// - Source: prometheus/common config, HTTPClientConfig.
public struct HTTPClientSettings: Hashable, Sendable {
    /// Who asks.
    public enum Authentication: Hashable, Sendable {
        case none
        /// `basic_auth`
        case basic(username: SecretSource?, password: SecretSource?)
        /// `authorization`, and the older `bearer_token`.
        case authorization(type: String, credentials: SecretSource?)
        case oauth2(OAuth2Settings)
    }

    /// Who asks.
    public var authentication: Authentication = .none
    /// Certificates and checks.
    public var tls = TLSSettings()
    /// The way there.
    public var proxy = ProxySettings()
    /// Whether redirects are followed.
    public var followRedirects = true
    /// Whether HTTP/2 may be spoken.
    public var enableHTTP2 = true
    /// More header lines.
    public var headers: [HeaderSettings] = []

    /// The defaults: nobody special, over any way that works.
    public init() {}

    /// Reads a section of its own; reports what is wrong with it, unknown keys too.
    public init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        self.init(keysOf: reader, context)
        reader.finish()
    }

    /// Reads the keys from a section that has others as well; reports what is wrong with them.
    /// - Parameter headersKey: What the key of header lines is called there.
    public init(keysOf reader: YAMLMappingReader, _ context: SettingsContext, headersKey: String = "http_headers") {
        readAuthentication(reader, context)
        tls = reader.mapping("tls_config").map { TLSSettings($0, context) } ?? TLSSettings()
        proxy = ProxySettings(keysOf: reader, context)
        followRedirects = reader.bool("follow_redirects") ?? true
        enableHTTP2 = reader.bool("enable_http2") ?? true
        if let section = reader.mapping(headersKey) { headers = HeaderSettings.list(section, context) }
    }

    /// Lets what stands before `@` in an address be basic authentication, unless another is configured.
    public mutating func takeCredentials(of url: HTTPURL) {
        guard case .none = authentication, let user = url.user else { return }
        authentication = .basic(
            username: .inline(Secret(user)), password: url.password.map { .inline(Secret($0)) })
    }

    private mutating func readAuthentication(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        var found: [(key: String, value: Authentication)] = []
        if let section = reader.mapping("basic_auth") {
            found.append(
                (
                    "basic_auth",
                    .basic(
                        username: section.secret("username", context), password: section.secret("password", context))
                ))
            section.finish()
        }
        if let section = reader.mapping("authorization") {
            let type = section.string("type").map(Self.trimmed) ?? ""
            if type.lowercased() == "basic" {
                context.decoding.report(
                    "authorization type cannot be set to \"basic\", use \"basic_auth\" instead",
                    at: section.value("type") ?? section.node)
            }
            let credentials = section.secret("credentials", context)
            found.append(
                ("authorization", .authorization(type: type.isEmpty ? "Bearer" : type, credentials: credentials)))
            section.finish()
        }
        if let section = reader.mapping("oauth2") {
            found.append(("oauth2", .oauth2(OAuth2Settings(section, context))))
        }
        if let token = reader.secret("bearer_token", context) {
            found.append(("bearer_token", .authorization(type: "Bearer", credentials: token)))
        }
        if found.count > 1 {
            context.decoding.report(
                "at most one of basic_auth, authorization, oauth2 and bearer_token must be configured",
                at: reader.keyNode(found[1].key) ?? reader.node)
        }
        authentication = found.first?.value ?? .none
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// Fills in what these settings say about `request`; secrets are read now.
    ///
    /// Tokens of `oauth2` are not among it: ``ConfiguredHTTPClient`` gets them.
    /// - Throws: ``HTTPError`` of kind `credentials` when a secret cannot be read.
    public func apply(to request: inout HTTPRequest) throws(HTTPError) {
        request.tls = try tls.options()
        request.proxy = proxy.proxy
        request.followRedirects = followRedirects
        request.allowsHTTP2 = enableHTTP2
        switch authentication {
        case .none, .oauth2: break
        case .basic(let username, let password):
            request.authentication = .basic(
                username: try username?.read().reveal() ?? "", password: try password?.read() ?? Secret(""))
        case .authorization(let type, let credentials):
            request.authentication = .authorization(scheme: type, credentials: try credentials?.read() ?? Secret(""))
        }
        for header in headers {
            for value in header.values { request.headers.append(HTTPHeader(header.name, value)) }
            for secret in header.secrets {
                request.secretHeaders.append(HTTPSecretHeader(header.name, try secret.read()))
            }
        }
    }
}
