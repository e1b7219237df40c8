import Base
import HTTPTransport
import YAML

/// A section `oauth2`: a token for client credentials, renewed when it ends.
///
/// - Source: prometheus/common config, OAuth2; RFC 6749 section 4.4.
public struct OAuth2Settings: Hashable, Sendable {
    /// The client's name.
    public var clientID: String
    /// The client's secret.
    public var clientSecret: SecretSource?
    /// What is asked for.
    public var scopes: [String]
    /// Where tokens come from.
    public var tokenURL: String
    /// More fields of the form.
    public var endpointParameters: [String: String]
    /// Certificates and checks of the token's server.
    public var tls: TLSSettings
    /// The way to the token's server.
    public var proxy: ProxySettings

    /// The grant that needs a signed assertion.
    static let assertionGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

    /// Settings.
    public init(
        clientID: String, clientSecret: SecretSource?, tokenURL: String, scopes: [String] = [],
        endpointParameters: [String: String] = [:], tls: TLSSettings = .init(), proxy: ProxySettings = .init()
    ) {
        self.clientID = clientID
        self.clientSecret = clientSecret
        self.tokenURL = tokenURL
        self.scopes = scopes
        self.endpointParameters = endpointParameters
        self.tls = tls
        self.proxy = proxy
    }

    /// Reads the section; reports what is wrong with it.
    public init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        clientID = reader.string("client_id") ?? ""
        clientSecret = reader.secret("client_secret", context)
        scopes = reader.strings("scopes") ?? []
        tokenURL = reader.string("token_url") ?? ""
        endpointParameters = Dictionary(
            reader.stringPairs("endpoint_params").map { ($0.name, $0.text) }, uniquingKeysWith: { $1 })
        tls = reader.mapping("tls_config").map { TLSSettings($0, context) } ?? TLSSettings()
        proxy = ProxySettings(keysOf: reader, context)
        // They count for the other grant only; with client credentials they are accepted and do nothing.
        for key in [
            "client_certificate_key_id", "client_certificate_key", "client_certificate_key_file",
            "client_certificate_key_ref", "signature_algorithm", "iss", "audience",
        ] { _ = reader.string(key) }
        _ = reader.value("claims")
        if reader.string("grant_type") == Self.assertionGrant {
            context.decoding.report(
                "grant type '\(Self.assertionGrant)' is not supported", at: reader.value("grant_type") ?? reader.node,
                hint: "only client_credentials can be used")
        }
        if clientID.isEmpty { context.decoding.report("oauth2 client_id must be configured", at: reader.node) }
        if tokenURL.isEmpty {
            context.decoding.report("oauth2 token_url must be configured", at: reader.node)
        } else if HTTPURL(tokenURL) == nil {
            context.decoding.report(
                "'token_url' is no http or https URL", at: reader.value("token_url") ?? reader.node, severity: .warning)
        }
        reader.finish()
    }
}
