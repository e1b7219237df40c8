import Alerts
import Base
import Settings
import YAML

/// One item of `email_configs`, with what `global` adds to it. Texts are templates.
public struct EmailSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "email"

    /// Whether it hears of ends.
    public var sendsResolved = false
    /// The recipients, an address list.
    public var to: String
    /// The mail server.
    public var mail: MailSettings
    /// Headers in the order in which they are sent.
    public var headers: [(name: String, value: String)] = []
    /// The HTML part; empty for none.
    public var html = "{{ template \"email.default.html\" . }}"
    /// The text part; empty for none.
    public var text = ""
    /// How mails of a group hang together; nil when they do not.
    public var threading: Threading?

    /// How mails of a group hang together.
    public enum Threading: String, Sendable {
        /// One thread for ever.
        case none
        /// One thread a day.
        case daily
    }

    /// An integration that goes by these settings.
    public func integration(_ id: IntegrationID, _ means: DeliveryMeans) -> any Integration {
        EmailIntegration(id, self, means)
    }

    /// Reads an item of `email_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "email_configs entry") else { return nil }
        sendsResolved = reader.bool("send_resolved") ?? false
        to = reader.string("to") ?? ""
        mail = globals.mail.overridden(by: reader, prefix: "", context)
        html = reader.string("html") ?? html
        text = reader.string("text") ?? text
        let pairs = reader.stringPairs("headers")
        readThreading(reader, context)
        reader.finish()
        var names: Set<String> = []
        for pair in pairs {
            let name = Self.canonical(pair.name)
            // Alertmanager takes any name; one with a line end would be headers of its own.
            if name.isEmpty || name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
                context.decoding.report("'\(pair.name)' is no name of a mail header", at: pair.nameNode)
            } else if !names.insert(name).inserted {
                context.decoding.report("duplicate header \"\(name)\" in email config", at: pair.nameNode)
            } else {
                headers.append((name, pair.text))
            }
        }
        for name in ["References", "In-Reply-To"] where threading != nil && names.contains(name) {
            context.decoding.report(
                "conflicting configuration: threading.enabled conflicts with custom \(name) header", at: node)
        }
        for (name, value) in [
            ("Subject", "{{ template \"email.default.subject\" . }}"), ("To", to), ("From", mail.from),
        ] where !names.contains(name) { headers.append((name, value)) }
        var problem: String?
        if to.isEmpty { problem = "missing to address in email config" }
        if mail.host == nil { problem = problem ?? "no global SMTP smarthost set" }
        if mail.from.isEmpty { problem = problem ?? "no global SMTP from set" }
        if let problem {
            context.decoding.report(problem, at: node)
            return nil
        }
    }

    private mutating func readThreading(_ reader: YAMLMappingReader, _ context: SettingsContext) {
        guard let section = reader.mapping("threading") else { return }
        let isEnabled = section.bool("enabled") ?? false
        let text = section.string("thread_by_date") ?? ""
        section.finish()
        if !isEnabled { return }
        threading = Threading(rawValue: text)
        if threading == nil {
            context.decoding.report(
                "threading.thread_by_date must be either 'none' or 'daily'",
                at: section.value("thread_by_date") ?? section.node)
        }
    }

    /// `reply-to` as `Reply-To`.
    public static func canonical(_ name: String) -> String {
        let isToken = name.utf8.allSatisfy { byte in
            0x21...0x7E ~= byte && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
        }
        if !isToken { return name }
        return name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
    }
}

/// How mail is handed over: the keys `smtp_…` of `global`, and the same without prefix in `email_configs`.
public struct MailSettings: Sendable {
    /// The server's name; nil when none is set.
    public var host: String?
    /// Its port; nil when it is none, which only an attempt to send shows.
    public var port: Int? = 25
    /// The sender, a template.
    public var from = ""
    /// The name given in EHLO.
    public var hello = "localhost"
    /// The user; empty for no authentication.
    public var username = ""
    /// For PLAIN and LOGIN.
    public var password: SecretSource?
    /// For CRAM-MD5.
    public var cramSecret: SecretSource?
    /// Whom to act as.
    public var identity = ""
    /// Whether nothing is sent without TLS.
    public var requiresTLS = true
    /// TLS from the first byte on; nil means on port 465 only.
    public var forcesImplicitTLS: Bool?
    /// Certificates and checks.
    public var tls = TLSSettings()

    /// No server.
    public init() {}

    /// These settings with what a section says otherwise.
    func overridden(by reader: YAMLMappingReader, prefix: String, _ context: SettingsContext) -> MailSettings {
        let isOwn = prefix.isEmpty
        var own = self
        if let text = reader.string(prefix + "smarthost"), !text.isEmpty, let node = reader.value(prefix + "smarthost")
        {
            own.setServer(text, node, context)
        }
        own.from = reader.text(prefix + "from") ?? from
        own.hello = reader.text(prefix + "hello") ?? hello
        own.username = reader.text(prefix + "auth_username") ?? username
        own.password = reader.mailSecret(prefix, "auth_password", context) ?? password
        own.cramSecret = reader.mailSecret(prefix, "auth_secret", context) ?? cramSecret
        own.identity = reader.text(prefix + "auth_identity") ?? identity
        own.requiresTLS =
            (isOwn ? reader.optionalBool("require_tls") : reader.bool(prefix + "require_tls")) ?? requiresTLS
        own.forcesImplicitTLS = reader.optionalBool(prefix + "force_implicit_tls") ?? forcesImplicitTLS
        if let section = reader.mapping(prefix + "tls_config") { own.tls = TLSSettings(section, context) }
        return own
    }

    private mutating func setServer(_ text: String, _ node: YAMLNode, _ context: SettingsContext) {
        let server: MailServerAddress
        do throws(MailServerAddress.Refusal) { server = try MailServerAddress(text) } catch {
            context.decoding.report("address \(text): \(error.description)", at: node)
            return
        }
        host = server.host.isEmpty ? "localhost" : server.host
        port = server.port
    }
}

extension YAMLMappingReader {
    /// A text that says something: an empty one leaves it to `global`.
    fileprivate func text(_ key: String) -> String? { string(key).flatMap { $0.isEmpty ? nil : $0 } }

    /// Alertmanager minds text and file together in `global` only.
    fileprivate func mailSecret(_ prefix: String, _ key: String, _ context: SettingsContext) -> SecretSource? {
        prefix.isEmpty ? lenientCredential(key, context) : credential(prefix + key, context)
    }
}
