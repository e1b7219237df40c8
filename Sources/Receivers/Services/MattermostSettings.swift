import HTTPTransport
import Settings
import YAML

/// One item of `mattermost_configs`. Texts are templates.
public struct MattermostSettings: IntegrationSettings {
    /// The type's name.
    public static let type = "mattermost"

    /// An attachment: its texts by key, and its fields.
    struct Attachment: Sendable {
        var texts: [String: String]
        var fields: [MessageField]
    }

    /// How urgent a message is.
    struct Priority: Sendable {
        var level: String
        var asksForAcknowledgement: Bool
        var repeats: Bool
    }

    /// Whether it hears of ends.
    public var sendsResolved = true
    /// How to talk.
    public var http: HTTPClientSettings
    /// The webhook's address.
    public var url: SecretSource
    /// The templates of the message's own texts, by key.
    public var texts: [String: String]
    /// The attachment that the keys of the entry itself describe.
    var attachment: Attachment
    /// Attachments instead of that one.
    var attachments: [Attachment]
    var card: String?
    var priority: Priority?

    /// What the message's own texts are unless a configuration says otherwise.
    public static let defaultTexts: [String: String] = [
        "channel": "", "username": "{{ template \"mattermost.default.username\" . }}", "icon_url": "",
        "icon_emoji": "", "type": "",
    ]

    /// The texts of an attachment, in the order in which they are sent; fields come behind `title_link`.
    static let attachmentKeys = [
        "fallback", "color", "pretext", "text", "author_name", "author_link", "author_icon", "title", "title_link",
        "thumb_url", "footer", "footer_icon", "image_url",
    ]

    private static let defaultAttachmentTexts: [String: String] = [
        "fallback": "{{ template \"mattermost.default.fallback\" . }}",
        "color": "{{ template \"mattermost.default.color\" . }}",
        "text": "{{ template \"mattermost.default.text\" . }}",
        "title": "{{ template \"mattermost.default.title\" . }}",
        "title_link": "{{ template \"mattermost.default.titlelink\" . }}",
    ]

    /// Reads an item of `mattermost_configs`.
    public init?(_ node: YAMLNode, _ globals: ReceiverGlobals, _ context: SettingsContext) {
        guard let entry = IntegrationEntry(node, type: Self.type, sendsResolved: true, globals, context) else {
            return nil
        }
        let (reader, decoding) = (entry.reader, context.decoding)
        http = entry.http
        sendsResolved = entry.sendsResolved
        texts = reader.texts(Self.defaultTexts)
        attachment = Self.attachment(reader, Self.defaultAttachmentTexts, decoding)
        attachments = (reader.list("attachments") ?? []).compactMap { node in
            decoding.mapping(node, as: "Mattermost attachment").map { reader in
                defer { reader.finish() }
                return Self.attachment(reader, [:], decoding)
            }
        }
        if let props = reader.mapping("props") {
            card = props.has("card") ? props.string("card") : nil
            props.finish()
        }
        if let section = reader.mapping("priority") {
            priority = Priority(
                level: section.string("priority") ?? "",
                asksForAcknowledgement: section.bool("requested_ack") ?? false,
                repeats: section.bool("persistent_notifications") ?? false)
            section.finish()
        }
        let own = reader.secretAddress("webhook_url", context)
        reader.finish()
        guard let found = own ?? globals.mattermostURL else {
            decoding.report("missing webhook_url or webhook_url_file on mattermost_config", at: node)
            return nil
        }
        url = found
    }

    private static func attachment(
        _ reader: YAMLMappingReader, _ defaults: [String: String], _ decoding: YAMLDecoding
    ) -> Attachment {
        var texts = Dictionary(uniqueKeysWithValues: attachmentKeys.map { ($0, "") })
        texts.merge(defaults) { $1 }
        let fields = MessageField.list(
            reader, service: "Mattermost", short: false, isComplete: true, decoding)
        return Attachment(texts: reader.texts(texts), fields: fields)
    }
}
