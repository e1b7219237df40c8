import Base
import Settings
import YAML

/// A section `tracing`: checked as Alertmanager checks it; traces are not sent.
enum TracingSettings {
    /// Reports what is wrong with the section.
    static func check(_ node: YAMLNode, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "'tracing'") else { return }
        func report(_ message: String, _ key: String, hint: String? = nil) {
            context.decoding.report(message, at: reader.value(key) ?? node, hint: hint)
        }
        if let type = reader.string("client_type"), type != "grpc", type != "http" {
            report("unknown tracing client type '\(type)'", "client_type", hint: "grpc or http")
        }
        if (reader.string("endpoint") ?? "").isEmpty { report("tracing endpoint must be set", "endpoint") }
        if let compression = reader.string("compression"), !compression.isEmpty, compression != "gzip" {
            report("unknown compression '\(compression)'", "compression", hint: "only gzip")
        }
        _ = reader.double("sampling_fraction")
        _ = reader.bool("insecure")
        _ = reader.duration("timeout")
        if let section = reader.mapping("tls_config") { _ = TLSSettings(section, context) }
        if let headers = reader.mapping("headers") {
            for name in headers.keys {
                guard let header = headers.mapping(name, as: "header '\(name)'") else { continue }
                for key in ["values", "secrets", "files"] { _ = header.strings(key) }
                header.finish()
            }
        }
        reader.finish()
        context.decoding.report("'tracing' is accepted; no traces are sent", at: node, severity: .warning)
    }
}
