import HTTPTransport
import JSON

extension MattermostSettings: HTTPMessageSettings {
    /// Characters of a message that Mattermost takes.
    private static let limit = 16_383

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var json = JSONWriter()
        json.beginObject()
        json.optional("channel", try text("channel", texts))
        // With attachments of their own the text is the message's.
        if !attachments.isEmpty {
            json.optional("text", try texts.text(attachment.texts["text"] ?? "").truncated(to: Self.limit))
        }
        for key in ["username", "icon_url", "icon_emoji"] { json.optional(key, try text(key, texts)) }
        json.beginArray("attachments")
        for attachment in attachments.isEmpty ? [attachment] : attachments {
            try write(attachment, texts, to: &json)
        }
        json.endArray()
        json.optional("type", try text("type", texts))
        if let card {
            json.beginObject("props")
            json.optional("card", try texts.text(card))
            json.endObject()
        }
        if let priority {
            json.beginObject("priority")
            json.member("priority", try texts.text(priority.level))
            json.optional("requested_ack", priority.asksForAcknowledgement)
            json.optional("persistent_notifications", priority.repeats)
            json.endObject()
        }
        json.endObject()
        return [HTTPMessage(to: try texts.secret(url).reveal(), json: json)]
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }

    private func write(_ attachment: Attachment, _ texts: MessageTexts, to json: inout JSONWriter)
        throws(MessageError)
    {
        json.beginObject()
        for key in Self.attachmentKeys {
            json.optional(key, try texts.text(attachment.texts[key] ?? ""))
            guard key == "title_link", !attachment.fields.isEmpty else { continue }
            json.beginArray("fields")
            for field in attachment.fields {
                json.beginObject()
                json.optional("title", try texts.text(field.title))
                json.optional("value", try texts.text(field.value))
                json.optional("short", field.isShort)
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
    }
}
