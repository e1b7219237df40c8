import Alerts
import HTTPTransport
import JSON

extension RocketchatSettings: HTTPMessageSettings {
    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var json = JSONWriter()
        json.beginObject()
        json.optional("channel", try text("channel", texts))
        json.optional("emoji", try text("emoji", texts))
        json.optional("avatar", try text("icon_url", texts))
        json.beginArray("attachments")
        json.beginObject()
        json.optional("title", try text("title", texts).truncated(to: 1024))
        for key in ["title_link", "text", "image_url", "thumb_url", "color"] {
            json.optional(key, try text(key, texts))
        }
        try fields(texts, to: &json)
        try actions(texts, to: &json)
        json.endObject()
        json.endArray()
        json.endObject()
        var message = HTTPMessage(
            to: HTTPURL(url)?.appending(path: "api/v1/chat.postMessage").text ?? url, json: json)
        message.secretHeaders = [
            HTTPSecretHeader("X-Auth-Token", try texts.secret(token)),
            HTTPSecretHeader("X-User-Id", try texts.secret(tokenID)),
        ]
        return [message]
    }

    /// Rocket.Chat says no with status 200, too.
    func result(of response: HTTPResponse) -> DeliveryResult {
        let byStatus = DeliveryRules.result(response)
        guard byStatus.isDelivered else { return byStatus }
        guard let answer = try? JSONValue(parsing: response.body), answer.object != nil else {
            return .temporary("Rocket.Chat answered something that is no JSON")
        }
        if answer["success"]?.bool == true { return .delivered }
        let said = answer["error"]?.string ?? "no reason given"
        return .permanent(DeliveryFailure("error response from Rocket.Chat: \(said)", .clientError))
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }

    private func fields(_ texts: MessageTexts, to json: inout JSONWriter) throws(MessageError) {
        if fields.isEmpty { return }
        json.beginArray("fields")
        for field in fields {
            json.beginObject()
            json.key("short")
            json.bool(field.isShort)
            json.optional("title", try texts.text(field.title))
            json.optional("value", try texts.text(field.value))
            json.endObject()
        }
        json.endArray()
    }

    private func actions(_ texts: MessageTexts, to json: inout JSONWriter) throws(MessageError) {
        if actions.isEmpty { return }
        json.beginArray("actions")
        for action in actions {
            json.beginObject()
            json.member("type", "button")
            json.optional("text", try texts.text(action.text))
            json.optional("url", try texts.text(action.url))
            json.key("is_webview")
            json.bool(false)
            json.optional("msg", try texts.text(action.message))
            json.key("msg_in_chat_window")
            json.bool(false)
            json.endObject()
        }
        json.endArray()
    }
}
