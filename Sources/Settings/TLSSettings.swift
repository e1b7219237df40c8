import Base
import HTTPTransport
import YAML

/// A section `tls_config`.
///
/// - Source: prometheus/common config, TLSConfig.
public struct TLSSettings: Hashable, Sendable {
    /// Who is trusted; nil for the system's certificates.
    public var authorities: SecretSource?
    /// The client's certificate.
    public var certificate: SecretSource?
    /// The client's key.
    public var key: SecretSource?
    /// The name asked for and checked; empty for the address's own.
    public var serverName = ""
    /// Whether the server's certificate goes unchecked.
    public var insecureSkipVerify = false
    /// The oldest version allowed; nil for the default, TLS 1.2.
    public var minimumVersion: TLSOptions.Version?
    /// The newest version allowed.
    public var maximumVersion: TLSOptions.Version?

    /// The defaults.
    public init() {}

    /// The names of versions in configurations.
    public static let versionNames: [(name: String, version: TLSOptions.Version)] = [
        ("TLS10", .tls10), ("TLS11", .tls11), ("TLS12", .tls12), ("TLS13", .tls13),
    ]

    /// What a request is given. Files are read now, so that a renewed certificate is taken up by the next request.
    /// - Throws: ``HTTPError`` of kind `credentials` when a file cannot be read or a variable is not set.
    public func options() throws(HTTPError) -> TLSOptions {
        var options = TLSOptions()
        options.authorities = try Self.pem(authorities)
        options.certificate = try Self.pem(certificate)
        options.key = try Self.pem(key)
        options.serverName = serverName.isEmpty ? nil : serverName
        options.insecureSkipVerify = insecureSkipVerify
        options.minimumVersion = minimumVersion
        options.maximumVersion = maximumVersion
        return options
    }

    private static func pem(_ source: SecretSource?) throws(HTTPError) -> TLSOptions.PEM? {
        try source.map { source throws(HTTPError) in .inline(try source.read()) }
    }

    /// Reads the section; reports what is wrong with it.
    public init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        authorities = reader.secret("ca", context)
        certificate = reader.secret("cert", context)
        key = reader.secret("key", context)
        serverName = reader.string("server_name") ?? ""
        insecureSkipVerify = reader.bool("insecure_skip_verify") ?? false
        minimumVersion = Self.version("min_version", reader, context)
        maximumVersion = Self.version("max_version", reader, context)
        if certificate != nil, key == nil {
            context.decoding.report("a client certificate needs its 'key' or 'key_file'", at: reader.node)
        }
        if key != nil, certificate == nil {
            context.decoding.report("a client key needs its 'cert' or 'cert_file'", at: reader.node)
        }
        if let minimumVersion, let maximumVersion, minimumVersion > maximumVersion {
            context.decoding.report(
                "'min_version' is newer than 'max_version': no connection will be made", at: reader.node,
                severity: .warning)
        }
        reader.finish()
    }

    private static func version(_ key: String, _ reader: YAMLMappingReader, _ context: SettingsContext)
        -> TLSOptions.Version?
    {
        guard reader.has(key), let text = reader.string(key) else { return nil }
        if let known = versionNames.first(where: { $0.name == text }) { return known.version }
        context.decoding.report(
            "unknown TLS version '\(text)'", at: reader.value(key) ?? reader.node,
            hint: "one of TLS10, TLS11, TLS12, TLS13")
        return nil
    }
}
