import Base
import Settings
import YAML

/// Who may reach the HTTP surface and how: a web configuration file as Prometheus' servers read it, with tokens beside it.
///
/// - Source: Prometheus documentation, "HTTPS and authentication"; verdicts as of `promtool check web-config` 3.5.3.
public struct WebConfiguration: Sendable {
    /// A name and what crypt(3) made of its password.
    public struct User: Hashable, Sendable {
        /// May be empty.
        public var name: String
        /// A bcrypt hash.
        public var hash: Secret
    }

    /// A token that programs show, `Authorization: Bearer …`. Prometheus has none: a key of ruleval's own.
    public struct Token: Hashable, Sendable {
        /// What the log calls it.
        public var name: String
        /// Read anew with the file.
        public var token: SecretSource
        /// What it opens.
        public var rights: AccessRights
    }

    /// `rate_limit`: requests beyond it are answered with 429.
    public struct RateLimit: Hashable, Sendable {
        /// The time in which one more request becomes free.
        public var interval: Duration
        /// Requests that may come at once.
        public var burst: Int
    }

    /// Nil for plain HTTP.
    public var tls: WebTLSSettings?
    /// Header lines of every answer.
    public var headers: [(name: String, value: String)] = []
    /// Who may do everything; nobody is asked when there are neither users nor tokens.
    public var users: [User] = []
    /// In the order of the file.
    public var tokens: [Token] = []
    /// Nil for none.
    public var rateLimit: RateLimit?

    /// The files that tokens are read from.
    public var tokenFiles: [String] {
        tokens.compactMap { token in
            if case .file(let path) = token.token { path } else { nil }
        }
    }

    /// Everybody, over plain HTTP.
    public init() {}

    /// Reads the file at `path`; an empty file opens everything to everybody.
    /// - Throws: all that is wrong, with places.
    public init(file path: String) throws(Diagnostics) {
        try self.init(document: try YAMLDocument.load(path), path: path)
    }

    /// Reads a document that came from `path`, whose folder its own paths count from.
    /// - Throws: all that is wrong, with places.
    public init(document: YAMLDocument, path: String) throws(Diagnostics) {
        let decoding = YAMLDecoding()
        let context = SettingsContext(decoding: decoding, folder: ConfigurationFolder(of: path))
        if let root = document.root, !root.isNull, let reader = decoding.mapping(root, as: "the web configuration") {
            read(reader, context)
            reader.finish()
        }
        try decoding.finish()
    }

    private mutating func read(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        if let section = reader.mapping("tls_server_config") { tls = WebTLSSettings(section, context) }
        if let section = reader.mapping("http_server_config") {
            _ = section.bool("http2")  // HTTP/1.1 is spoken either way.
            headers = WebHeaders.read(section, context)
            section.finish()
        }
        for pair in reader.stringPairs("basic_auth_users") {
            if let problem = PasswordHash.problem(pair.text) {
                context.decoding.report(
                    "the password of '\(pair.name)' is no bcrypt hash: \(problem)", at: pair.textNode)
            }
            users.append(User(name: pair.name, hash: Secret(pair.text)))
        }
        if let section = reader.mapping("rate_limit") {
            let interval = section.duration("interval") ?? .zero
            let burst = section.int("burst") ?? 0
            if interval > .zero { rateLimit = RateLimit(interval: interval, burst: burst) }
            section.finish()
        }
        for node in reader.list("bearer_tokens") ?? [] {
            guard let item = context.decoding.mapping(node, as: "a bearer token") else { continue }
            item.require("name")
            item.require("rights")
            let name = item.string("name") ?? ""
            var rights = AccessRights.read
            if let text = item.string("rights") {
                if let known = AccessRights(rawValue: text) {
                    rights = known
                } else {
                    context.decoding.report(
                        "'rights' must be read or write, not '\(text)'", at: item.value("rights") ?? node)
                }
            }
            if let token = item.secret("token", context) {
                tokens.append(Token(name: name, token: token, rights: rights))
            } else {
                context.decoding.report("a bearer token needs 'token', 'token_file' or 'token_env'", at: node)
            }
            item.finish()
        }
    }
}

/// What somebody may do.
public enum AccessRights: String, Sendable {
    /// Look.
    case read
    /// Change: post alerts and samples, silence, acknowledge, reload.
    case write
}

/// The header lines that a web configuration may set.
enum WebHeaders {
    private static let allowed: [(name: String, values: [String])] = [
        ("X-Frame-Options", ["deny", "sameorigin"]), ("X-Content-Type-Options", ["nosniff"]),
        ("X-XSS-Protection", []), ("Strict-Transport-Security", []), ("Content-Security-Policy", []),
    ]

    static func read(_ section: YAMLMappingReader, _ context: SettingsContext) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = []
        for pair in section.stringPairs("headers") {
            guard let known = allowed.first(where: { $0.name == pair.name }) else {
                let nearest = NearMiss.best(for: pair.name, among: allowed.map(\.name))
                context.decoding.report(
                    "HTTP header '\(pair.name)' cannot be configured", at: pair.nameNode,
                    hint: nearest.map { "did you mean '\($0)'?" })
                continue
            }
            if pair.text.isEmpty { continue }
            if !known.values.isEmpty, !known.values.contains(pair.text.lowercased()) {
                context.decoding.report(
                    "'\(pair.name)' must be \(known.values.joined(separator: " or ")), not '\(pair.text)'",
                    at: pair.textNode)
            }
            headers.append((pair.name, pair.text))
        }
        return headers
    }
}
