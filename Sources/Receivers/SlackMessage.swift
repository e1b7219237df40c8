import Alerts
import Base
import GoTemplate
import JSON

/// The body of a Slack message: one attachment, keys in Alertmanager's order.
///
/// As there, a template that fails leaves its own text and those behind it empty, and the message is sent all the same.
struct SlackMessage {
    private let settings: SlackSettings
    private let render: (_ template: String, _ escapes: Bool) throws(TemplateError) -> String
    /// The message that this one replaces; nil for a new one.
    private let place: SlackConversations.Place?
    /// The first template's failure.
    private(set) var failure: TemplateError?
    private var texts: [String: String] = [:]

    /// Slack shows no longer titles.
    private static let titleLimit = 1024

    /// The order in which the texts are made.
    private static let order = [
        "title", "title_link", "pretext", "text", "fallback", "callback_id", "image_url", "thumb_url", "footer",
        "color",
    ]

    /// Texts that Slack reads as markup; the others are addresses and names.
    private static let markup: Set<String> = ["title", "pretext", "text", "fallback", "footer", "message_text"]

    init(
        _ settings: SlackSettings, replacing place: SlackConversations.Place? = nil,
        render: @escaping (_ template: String, _ escapes: Bool) throws(TemplateError) -> String
    ) {
        self.settings = settings
        self.place = place
        self.render = render
    }

    /// The JSON text, with the line feed that the original ends with.
    mutating func bytes() -> [UInt8] {
        for key in Self.order { texts[key] = text(key) }
        if let title = texts["title"], title.unicodeScalars.count > Self.titleLimit {
            texts["title"] = String(String.UnicodeScalarView(title.unicodeScalars.prefix(Self.titleLimit - 1))) + "…"
        }
        var attachment = JSONWriter()
        attachment.beginObject()
        for key in ["title", "title_link", "pretext"] { optional(key, to: &attachment) }
        for key in ["text", "fallback", "callback_id"] { required(key, to: &attachment) }
        fields(to: &attachment)
        actions(to: &attachment)
        for key in ["image_url", "thumb_url"] { optional(key, to: &attachment) }
        required("footer", to: &attachment)
        optional("color", to: &attachment)
        if !settings.markdownIn.isEmpty {
            attachment.key("mrkdwn_in")
            attachment.beginArray()
            for name in settings.markdownIn { attachment.string(name) }
            attachment.endArray()
        }
        attachment.endObject()
        for key in ["channel", "username", "icon_emoji", "icon_url", "message_text"] {
            texts[key] = text(key)
        }
        var json = JSONWriter()
        json.beginObject()
        if let place {
            texts["channel"] = place.channel
            texts["ts"] = place.time
        }
        for key in ["channel", "ts", "username", "icon_emoji", "icon_url"] { optional(key, to: &json) }
        if settings.linkNames {
            json.key("link_names")
            json.bool(true)
        }
        member("text", texts["message_text"] ?? "", to: &json)
        json.key("attachments")
        json.beginArray()
        json.raw(attachment.bytes)
        json.endArray()
        json.endObject()
        return json.bytes + [0x0A]
    }

    private mutating func text(_ key: String) -> String {
        text(settings.texts[key] ?? "", isMarkup: Self.markup.contains(key))
    }

    private mutating func text(_ template: String, isMarkup: Bool) -> String {
        if failure != nil { return "" }
        do { return try render(template, isMarkup && settings.escapesValues) } catch {
            failure = error
            return ""
        }
    }

    private mutating func fields(to json: inout JSONWriter) {
        if settings.fields.isEmpty { return }
        json.key("fields")
        json.beginArray()
        for field in settings.fields {
            json.beginObject()
            member("title", text(field.title, isMarkup: true), to: &json)
            member("value", text(field.value, isMarkup: true), to: &json)
            json.key("short")
            json.bool(field.isShort)
            json.endObject()
        }
        json.endArray()
    }

    private mutating func actions(to json: inout JSONWriter) {
        if settings.actions.isEmpty { return }
        json.key("actions")
        json.beginArray()
        for action in settings.actions {
            json.beginObject()
            member("type", text(action.type, isMarkup: false), to: &json)
            member("text", text(action.text, isMarkup: false), to: &json)
            member("url", text(action.url, isMarkup: false), to: &json)
            member("style", text(action.style, isMarkup: false), to: &json)
            member("name", text(action.name, isMarkup: false), to: &json)
            member("value", text(action.value, isMarkup: false), to: &json)
            if let confirmation = action.confirmation {
                json.key("confirm")
                json.beginObject()
                member("text", text(confirmation.text, isMarkup: false), to: &json)
                member("title", text(confirmation.title, isMarkup: false), to: &json)
                member("ok_text", text(confirmation.okText, isMarkup: false), to: &json)
                member("dismiss_text", text(confirmation.dismissText, isMarkup: false), to: &json)
                json.endObject()
            }
            json.endObject()
        }
        json.endArray()
    }

    private func optional(_ key: String, to json: inout JSONWriter) { member(key, texts[key] ?? "", to: &json) }

    private func required(_ key: String, to json: inout JSONWriter) {
        json.key(key)
        json.string(texts[key] ?? "")
    }

    /// A member that is left out when it is empty.
    private func member(_ key: String, _ value: String, to json: inout JSONWriter) {
        if value.isEmpty { return }
        json.key(key)
        json.string(value)
    }
}
