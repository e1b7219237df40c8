import Base
import Settings
import YAML

/// One item of `email_configs`, with what `global` adds to it. Texts are templates.
public struct EmailSettings: Sendable {
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

    init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "email_configs entry") else { return nil }
        sendsResolved = reader.bool("send_resolved") ?? false
        to = reader.string("to") ?? ""
        mail = globals.mail.overridden(by: reader, prefix: "", context)
        html = reader.string("html") ?? html
        text = reader.string("text") ?? text
        let pairs = reader.stringPairs("headers")
        context.refuse("threading", in: reader, "mails of a group do not refer to each other yet")
        reader.finish()
        var names: Set<String> = []
        for pair in pairs {
            let name = Self.canonical(pair.name)
            let isName = !name.isEmpty && name.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != 0x3A }
            if !isName {
                context.decoding.report("'\(pair.name)' is no name of a mail header", at: pair.nameNode)
            } else if !names.insert(name).inserted {
                context.decoding.report("duplicate header \"\(name)\" in email config", at: pair.nameNode)
            } else {
                headers.append((name, pair.text))
            }
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

    /// `reply-to` as `Reply-To`.
    public static func canonical(_ name: String) -> String {
        name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst().lowercased() }.joined(separator: "-")
    }
}

/// How mail is handed over: the keys `smtp_…` of `global`, and the same without prefix in `email_configs`.
public struct MailSettings: Sendable {
    /// The server's name; nil when none is set.
    public var host: String?
    /// Its port.
    public var port = 25
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
        var own = self
        if let text = reader.string(prefix + "smarthost"), let node = reader.value(prefix + "smarthost") {
            own.setServer(text, node, context)
        }
        own.from = reader.string(prefix + "from") ?? from
        own.hello = reader.string(prefix + "hello") ?? hello
        own.username = reader.string(prefix + "auth_username") ?? username
        own.password = reader.secret(prefix + "auth_password", context) ?? password
        own.cramSecret = reader.secret(prefix + "auth_secret", context) ?? cramSecret
        own.identity = reader.string(prefix + "auth_identity") ?? identity
        own.requiresTLS = reader.bool(prefix + "require_tls") ?? requiresTLS
        own.forcesImplicitTLS = reader.bool(prefix + "force_implicit_tls") ?? forcesImplicitTLS
        if let section = reader.mapping(prefix + "tls_config") { own.tls = TLSSettings(section, context) }
        return own
    }

    private mutating func setServer(_ text: String, _ node: YAMLNode, _ context: SettingsContext) {
        guard let colon = text.lastIndex(of: ":") else {
            context.decoding.report("address \(text): missing port in address", at: node)
            return
        }
        var name = String(text[..<colon])
        let number = String(text[text.index(after: colon)...])
        if name.hasPrefix("["), name.hasSuffix("]") { name = String(name.dropFirst().dropLast()) }
        guard let port = number == "smtp" ? 25 : Int(number), 1...65_535 ~= port else {
            context.decoding.report(
                "address \(text): \(number.isEmpty ? "port number cannot be empty" : "invalid port")", at: node)
            return
        }
        host = name.isEmpty ? "localhost" : name
        self.port = port
    }
}
