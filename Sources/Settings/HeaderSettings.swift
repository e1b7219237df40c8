import Base
import HTTPTransport
import YAML

/// One entry of `http_headers`: a header and its values.
///
/// - Source: prometheus/common config, Headers.
public struct HeaderSettings: Hashable, Sendable {
    /// The header's name.
    public var name: String
    /// Values that may be shown.
    public var values: [String] = []
    /// Values that must not be shown, in the order `secrets`, `files`, `env`.
    public var secrets: [SecretSource] = []

    /// A header.
    public init(name: String, values: [String] = [], secrets: [SecretSource] = []) {
        self.name = name
        self.values = values
        self.secrets = secrets
    }

    /// Headers that are set by other means and refused here.
    public static let reserved: Set<String> = [
        "authorization", "host", "content-encoding", "content-length", "content-type", "user-agent", "connection",
        "keep-alive", "proxy-authenticate", "proxy-authorization", "www-authenticate", "accept-encoding",
        "x-prometheus-remote-write-version", "x-prometheus-remote-read-version",
        "x-prometheus-scrape-timeout-seconds", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256",
    ]

    /// Reads a mapping from names to values; reports what is wrong with it.
    public static func list(_ reader: YAMLMappingReader, _ context: SettingsContext) -> [HeaderSettings] {
        reader.keys.compactMap { name in
            if reserved.contains(name.lowercased()) {
                context.decoding.report(
                    "setting header \"\(name)\" is not allowed", at: reader.keyNode(name) ?? reader.node)
            }
            guard let entry = reader.mapping(name, as: "header '\(name)'") else { return nil }
            var header = HeaderSettings(name: name, values: entry.strings("values") ?? [])
            header.secrets += (entry.strings("secrets") ?? []).map { .inline(Secret($0)) }
            header.secrets += (entry.strings("files") ?? []).map { .file(context.folder.resolve($0)) }
            header.secrets += (entry.strings("env") ?? []).map { .environment($0) }
            entry.finish()
            return header
        }
    }
}
