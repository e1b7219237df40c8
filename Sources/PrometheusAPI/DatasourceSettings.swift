import Base
import HTTPTransport
import Settings
import YAML

/// The section `datasource`: where samples come from.
public enum DatasourceSettings: Hashable, Sendable {
    /// A Prometheus-compatible server.
    case server(PrometheusServerSettings)
    /// The store in this process.
    case embedded(EmbeddedStoreSettings)

    /// Reads the section; nil when it cannot be used, which has been reported then.
    public init?(_ node: YAMLNode, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "datasource") else { return nil }
        if let embedded = reader.mapping("embedded", as: "'embedded' of datasource") {
            if reader.has("url") {
                context.decoding.report(
                    "datasource has either 'url' or 'embedded'", at: reader.keyNode("embedded") ?? node)
            }
            self = .embedded(EmbeddedStoreSettings(embedded, context))
            reader.finish()
            return
        }
        guard let server = PrometheusServerSettings(reader, context) else { return nil }
        self = .server(server)
    }
}

/// `embedded:` of the section `datasource`.
public struct EmbeddedStoreSettings: Hashable, Sendable {
    /// Samples older than the newest by more are dropped.
    public var retention: Duration = .seconds(2 * 3600)
    /// Memory for samples.
    public var maximumBytes = 256 << 20

    /// The defaults.
    public init() {}

    init(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        if let value = reader.duration("retention") {
            retention = value
            if value <= .zero {
                context.decoding.report(
                    "'retention' must be longer than 0", at: reader.value("retention") ?? reader.node)
            }
        }
        if let value = reader.byteSize("max_bytes", context) { maximumBytes = value }
        reader.finish()
    }
}

extension PrometheusServerSettings {
    init?(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        let single = reader.string("url")
        let many = reader.strings("urls")
        let text = single ?? many?.first
        let url = text.flatMap { HTTPURL($0) }
        self.init(url: url ?? HTTPURL.nowhere)
        if single != nil, many != nil {
            context.decoding.report("datasource has either 'url' or 'urls'", at: reader.keyNode("urls") ?? reader.node)
        }
        http = HTTPClientSettings(keysOf: reader, context)
        http.headers += reader.stringPairs("headers").map {
            HeaderSettings(name: $0.name, secrets: [.inline(Secret($0.text))])
        }
        if let name = reader.string("evaluation") {
            if let mode = EvaluationMode(rawValue: name) {
                evaluation = mode
            } else {
                let nearest = NearMiss.best(for: name, among: EvaluationMode.allCases.map(\.rawValue))
                context.decoding.report(
                    "'evaluation' must be remote, local or auto, not '\(name)'",
                    at: reader.value("evaluation") ?? reader.node, hint: nearest.map { "did you mean '\($0)'?" })
            }
        }
        lookback = Self.positive("lookback", reader, context)
        configuredTimeout = Self.positive("timeout", reader, context)
        concurrency = reader.int("concurrency") ?? 0
        if concurrency < 0, let node = reader.value("concurrency") {
            context.decoding.report("'concurrency' cannot be negative", at: node)
        }
        readQuestions(reader, context)
        maximumResponseBytes = reader.byteSize("max_response_bytes", context) ?? maximumResponseBytes
        reader.finish(hints: ["address": "did you mean 'url'?", "retention": "it belongs under 'embedded'"])
        guard let text else {
            context.decoding.report("datasource needs 'url' or 'embedded'", at: reader.node)
            return nil
        }
        for text in (many ?? []).dropFirst() {
            if let more = HTTPURL(text), more.scheme.hasPrefix("http"), more.query == nil {
                if more != url, !alternatives.contains(more) { alternatives.append(more) }
            } else {
                context.decoding.report(
                    "an item of 'urls' must be an http or https URL without a query, not '\(text)'",
                    at: reader.value("urls") ?? reader.node)
            }
        }
        guard let url, url.scheme.hasPrefix("http"), url.query == nil else {
            context.decoding.report(
                "'url' of datasource must be an http or https URL without a query, such as http://localhost:9090",
                at: reader.value("url") ?? reader.node, hint: text.contains("://") ? nil : "http://\(text)?")
            return nil
        }
        http.takeCredentials(of: url)
    }

    private mutating func readQuestions(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        parameters = QueryParameter.list(reader)
        if let tenant = reader.string("tenant") { setTenant(tenant) }
        for node in reader.list("groups") ?? [] {
            guard let item = context.decoding.mapping(node, as: "an item of 'groups'") else { continue }
            groups.append(GroupSourceSettings(item, context))
        }
    }

    private static func positive(_ key: String, _ reader: YAMLMappingReader, _ context: SettingsContext) -> Duration? {
        guard let value = reader.duration(key) else { return nil }
        if value > .zero { return value }
        context.decoding.report("'\(key)' must be longer than 0", at: reader.value(key) ?? reader.node)
        return nil
    }
}

extension HTTPURL {
    /// Stands in where an address could not be read, until that has been reported.
    static let nowhere: HTTPURL = {
        guard let url = HTTPURL("http://localhost/") else { preconditionFailure("a fixed address is readable") }
        return url
    }()
}

extension YAMLMappingReader {
    /// A number of bytes such as `256MB` or `1GiB` (both powers of 1024, as in Prometheus); nil when absent or wrong,
    /// which is reported.
    func byteSize(_ key: String, _ context: SettingsContext) -> Int? {
        guard let text = string(key) else { return nil }
        let digits = text.prefix { $0.isNumber }
        let unit = text.dropFirst(digits.count).uppercased()
        let shifts = [
            "": 0, "B": 0, "KB": 10, "KIB": 10, "MB": 20, "MIB": 20, "GB": 30, "GIB": 30, "TB": 40, "TIB": 40,
        ]
        if let count = Int(digits), let shift = shifts[unit], count > 0, count < 1 << (62 - shift) {
            return count << shift
        }
        context.decoding.report(
            "'\(key)' must be a number of bytes such as 256MB, not '\(text)'", at: value(key) ?? node)
        return nil
    }
}
