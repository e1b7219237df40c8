import Alerts
import Base
import HTTPTransport
import JSON

extension OpsgenieSettings: HTTPMessageSettings {
    private static let messageLimit = 130

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var messages: [HTTPMessage] = []
        if texts.isFiring {
            let message = try text("message", texts).truncated(to: Self.messageLimit)
            let description = try text("description", texts)
            messages.append(HTTPMessage(to: address(""), json: try alert(message, description, texts)))
            if updatesAlerts {
                for (key, value) in [("message", message), ("description", description)] {
                    var json = JSONWriter()
                    json.beginObject()
                    json.optional(key, value)
                    json.endObject()
                    let path = "/\(texts.keyHash)/\(key)?identifierType=alias"
                    messages.append(HTTPMessage(method: "PUT", to: address(path), json: json))
                }
            }
        } else {
            var json = JSONWriter()
            json.beginObject()
            json.member("source", try text("source", texts))
            json.endObject()
            messages.append(HTTPMessage(to: address("/\(texts.keyHash)/close?identifierType=alias"), json: json))
        }
        let key = Secret("GenieKey " + (try texts.text(of: apiKey)))
        for index in messages.indices { messages[index].secretHeaders = [HTTPSecretHeader("Authorization", key)] }
        return messages
    }

    func result(of response: HTTPResponse) -> DeliveryResult { DeliveryRules.result(response, retried: [429]) }

    private func address(_ path: String) -> String {
        HTTPURL(url)?.appending(path: "v2/alerts\(path)").text ?? url
    }

    private func text(_ key: String, _ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts[key] ?? "")
    }

    private func alert(_ message: String, _ description: String, _ texts: MessageTexts) throws(MessageError)
        -> JSONWriter
    {
        var json = JSONWriter()
        json.beginObject()
        json.member("alias", texts.keyHash)
        json.member("message", message)
        json.optional("description", description)
        json.beginObject("details")
        var all = Dictionary(
            texts.notification.commonLabels.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        for (name, template) in details { all[name] = try texts.text(template) }
        for (name, value) in all.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            json.member(name, value)
        }
        json.endObject()
        json.member("source", try text("source", texts))
        let responders = try self.responders(texts)
        if !responders.isEmpty {
            json.beginArray("responders")
            for responder in responders {
                json.beginObject()
                json.optional("id", responder.id)
                json.optional("name", responder.name)
                json.optional("username", responder.username)
                json.member("type", responder.type)
                json.endObject()
            }
            json.endArray()
        }
        list("tags", try text("tags", texts), to: &json)
        for key in ["note", "priority", "entity"] { json.optional(key, try text(key, texts)) }
        list("actions", try text("actions", texts), to: &json)
        json.endObject()
        return json
    }

    /// Texts between commas; empty ones are left out, spaces stay.
    private func list(_ key: String, _ text: String, to json: inout JSONWriter) {
        let items = text.split(separator: ",")
        if items.isEmpty { return }
        json.beginArray(key)
        for item in items { json.string(String(item)) }
        json.endArray()
    }

    private func responders(_ texts: MessageTexts) throws(MessageError) -> [Responder] {
        var found: [Responder] = []
        for responder in responders {
            let one = Responder(
                id: try texts.text(responder.id), name: try texts.text(responder.name),
                username: try texts.text(responder.username), type: try texts.text(responder.type))
            if one.id.isEmpty, one.name.isEmpty, one.username.isEmpty { continue }
            if one.type == "teams" {
                for name in one.name.split(separator: ",") {
                    found.append(Responder(id: "", name: String(name), username: "", type: "team"))
                }
            } else {
                found.append(one)
            }
        }
        return found
    }
}
