import Alerts
import Base
import GoTemplate
import JSON

/// The body of a Slack message: one attachment, keys in Alertmanager's order.
///
/// As there, a template that fails leaves its own text and those behind it empty, and the message is sent all the same.
struct SlackMessage {
    private let settings: SlackSettings
    private let render: (String) throws(TemplateError) -> String
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

    init(_ settings: SlackSettings, render: @escaping (String) throws(TemplateError) -> String) {
        self.settings = settings
        self.render = render
    }

    /// The JSON text, with the line feed that the original ends with.
    mutating func bytes() -> [UInt8] {
        for key in Self.order { texts[key] = text(settings.texts[key] ?? "") }
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
            texts[key] = text(settings.texts[key] ?? "")
        }
        var json = JSONWriter()
        json.beginObject()
        for key in ["channel", "username", "icon_emoji", "icon_url"] { optional(key, to: &json) }
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

    private mutating func text(_ template: String) -> String {
        if failure != nil { return "" }
        do { return try render(template) } catch {
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
            member("title", text(field.title), to: &json)
            member("value", text(field.value), to: &json)
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
            member("type", text(action.type), to: &json)
            member("text", text(action.text), to: &json)
            member("url", text(action.url), to: &json)
            member("style", text(action.style), to: &json)
            member("name", text(action.name), to: &json)
            member("value", text(action.value), to: &json)
            if let confirmation = action.confirmation {
                json.key("confirm")
                json.beginObject()
                member("text", text(confirmation.text), to: &json)
                member("title", text(confirmation.title), to: &json)
                member("ok_text", text(confirmation.okText), to: &json)
                member("dismiss_text", text(confirmation.dismissText), to: &json)
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
