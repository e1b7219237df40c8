import Alerts
import Base
import HTTPTransport
import JSON
import Settings
import YAML

/// One item of `pushover_configs`. Texts are templates.
public struct PushoverSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "pushover"

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// Who is told.
    public var userKey: SecretSource
    /// The application's token.
    public var token: SecretSource
    /// The templates of single texts, by key.
    public var texts: [String: String]
    /// How often it is said again until somebody acknowledges.
    public var retry: Duration = .seconds(60)
    /// How long.
    public var expire: Duration = .seconds(3600)
    /// When it goes away by itself; zero for never.
    public var timeToLive: Duration = .zero
    /// Whether the message is HTML.
    public var isHTML = false
    /// Whether all letters are equally wide.
    public var isMonospace = false

    /// What the texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "title": "{{ template \"pushover.default.title\" . }}",
        "message": "{{ template \"pushover.default.message\" . }}",
        "url": "{{ template \"pushover.default.url\" . }}", "url_title": "",
        "priority": "{{ if eq .Status \"firing\" }}2{{ else }}0{{ end }}", "device": "", "sound": "",
    ]

    /// Reads an item of `pushover_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let reader = context.decoding.mapping(node, as: "pushover_configs entry") else { return nil }
        http = reader.httpConfig(globals, context)
        sendsResolved = reader.bool("send_resolved") ?? true
        texts = reader.texts(Self.defaultTexts)
        retry = reader.goDuration("retry", context, allowsNumber: false) ?? retry
        expire = reader.goDuration("expire", context, allowsNumber: false) ?? expire
        timeToLive = reader.goDuration("ttl", context, allowsNumber: false) ?? .zero
        isHTML = reader.bool("html") ?? false
        isMonospace = reader.bool("monospace") ?? false
        let ownKey = reader.credential("user_key", context)
        let ownToken = reader.credential("token", context)
        reader.finish()
        if isHTML, isMonospace {
            context.decoding.report("at most one of monospace & html must be configured", at: node)
        }
        guard let ownKey, let ownToken else {
            let name = ownKey == nil ? "user_key" : "token"
            context.decoding.report("one of \(name) or \(name)_file must be configured", at: node)
            return nil
        }
        userKey = ownKey
        token = ownToken
    }
}

extension PushoverSettings: HTTPMessageSettings {
    private static let address = "https://api.pushover.net/1/messages.json"

    /// All of it stands in the address, as Alertmanager has it.
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        let template = self.texts["message"] ?? ""
        let message = try (isHTML ? texts.html(template) : texts.text(template)).truncated(to: 1024).trimmed
        var fields = [
            ("device", try text("device", texts)), ("expire", String(expire.components.seconds)),
            ("message", message.isEmpty ? "(no details)" : message), ("priority", try text("priority", texts)),
            ("retry", String(retry.components.seconds)), ("sound", try text("sound", texts)),
            ("title", try text("title", texts).truncated(to: 250)),
            ("token", try texts.text(of: token)), ("url", try text("url", texts).trimmed.truncated(to: 512)),
            ("url_title", try text("url_title", texts)), ("user", try texts.text(of: userKey)),
        ]
        if isHTML { fields.append(("html", "1")) }
        if isMonospace { fields.append(("monospace", "1")) }
        if timeToLive != .zero { fields.append(("ttl", String(timeToLive.components.seconds))) }
        fields.sort { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
        let query = PercentEncoding.form(fields.map { (name: $0.0, value: $0.1) })
        return [HTTPMessage(to: Self.address + "?" + query, headers: [HTTPHeader("Content-Type", "text/plain")])]
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }
}
