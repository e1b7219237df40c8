import Base
import HTTPServer
import HTTPTransport
import Settings
import YAML

/// A section `tls_server_config`.
///
/// - Source: Prometheus documentation, "HTTPS and authentication".
public struct WebTLSSettings: Hashable, Sendable {
    /// The server's chain; the section may be empty, which means plain HTTP.
    public var certificate: SecretSource
    /// Its key.
    public var key: SecretSource
    /// Who signs clients' certificates; nil for the system's authorities.
    public var authorities: SecretSource?
    /// What is asked of clients.
    public var clients = HTTPServerTLS.ClientCertificates.none
    /// Alternative names of which a client must have one.
    public var allowedNames: [String] = []
    /// GnuTLS' words for versions, ciphers and curves.
    public var priorities: String

    private static let clientTypes: [(name: String, clients: HTTPServerTLS.ClientCertificates)] = [
        ("", .none), ("NoClientCert", .none), ("RequestClientCert", .requested), ("RequireClientCert", .required),
        ("RequireAnyClientCert", .required), ("VerifyClientCertIfGiven", .verifiedIfGiven),
        ("RequireAndVerifyClientCert", .verified),
    ]

    /// Reads the section; nil for an empty one, or when what is there is wrong, which is reported.
    init?(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        let certificate = reader.secret("cert", context)
        let key = reader.secret("key", context)
        authorities = reader.secret("client_ca", context)
        let type = reader.string("client_auth_type") ?? ""
        allowedNames = reader.strings("client_allowed_sans") ?? []
        priorities = TLSPriorities.read(reader, context)
        _ = reader.bool("prefer_server_cipher_suites")  // The server's order counts in any case.
        reader.finish()
        if let known = Self.clientTypes.first(where: { $0.name == type }) {
            clients = known.clients
        } else {
            let nearest = NearMiss.best(for: type, among: Self.clientTypes.map(\.name))
            context.decoding.report(
                "unknown client_auth_type '\(type)'", at: reader.value("client_auth_type") ?? reader.node,
                hint: nearest.map { "did you mean '\($0)'?" })
        }
        if authorities != nil, clients == .none {
            context.decoding.report(
                "clients' authorities are given, but 'client_auth_type' asks for no certificate",
                at: reader.keyNode("client_ca_file") ?? reader.keyNode("client_ca") ?? reader.node)
        }
        guard let certificate, let key else {
            if certificate == nil, key == nil, reader.keys.isEmpty { return nil }
            let missing = certificate == nil ? "cert' or 'cert_file" : "key' or 'key_file"
            context.decoding.report("'tls_server_config' needs '\(missing)'", at: reader.node)
            return nil
        }
        self.certificate = certificate
        self.key = key
    }

    /// The files that are read when TLS is set up.
    public var files: [String] {
        [certificate, key, authorities].compactMap { source in
            if case .file(let path) = source { path } else { nil }
        }
    }

    /// Reads certificate, key and authorities as they are now.
    /// - Throws: A ``Diagnostic`` that names what cannot be read.
    public func load() throws(Diagnostic) -> HTTPServerTLS {
        do throws(HTTPError) {
            var tls = HTTPServerTLS(certificate: try certificate.read().reveal(), privateKey: try key.read())
            tls.clientAuthorities = try authorities?.read().reveal()
            tls.clientCertificates = clients
            tls.allowedClientNames = allowedNames
            tls.priorities = priorities
            return tls
        } catch {
            throw Diagnostic(error.message)
        }
    }
}
