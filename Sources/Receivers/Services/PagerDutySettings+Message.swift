import Alerts
import HTTPTransport
import JSON
import Settings

extension PagerDutySettings: HTTPMessageSettings {
    /// Where events of version 1 go; there is no key for it.
    private static let version1 = "https://events.pagerduty.com/generic/2010-04-15/create_event.json"
    private static let summaryLimit = 1024
    /// Larger events are refused there.
    private static let eventLimit = 512_000
    private static let removedDetails = JSONValue.object(
        JSONObject([
            .init(
                key: "error",
                value: "Custom details have been removed because the original event exceeds the maximum size of 512KB")
        ]))

    func messages(_ texts: MessageTexts) throws(MessageError) -> [HTTPMessage] {
        var object = JSONObject()
        for (key, value) in details { object.members.append(.init(key: key, value: try texts.rendered(value))) }
        let details = JSONValue.object(object)
        let make = serviceKey == nil ? version2 : version1
        var body = try make(texts, details)
        if body.bytes.count + 1 > Self.eventLimit { body = try make(texts, Self.removedDetails) }
        return [HTTPMessage(to: serviceKey == nil ? url : Self.version1, json: body)]
    }

    func result(of response: HTTPResponse) -> DeliveryResult {
        serviceKey == nil
            ? DeliveryRules.result(response, retried: [429])
            : DeliveryRules.result(response, retried: [403], tellsKind: false)
    }

    private func version1(_ texts: MessageTexts, _ details: JSONValue) throws(MessageError) -> JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        json.member("service_key", try key(serviceKey, "service", texts))
        json.member("incident_key", texts.keyHash)
        json.member("event_type", texts.isFiring ? "trigger" : "resolve")
        json.member("description", try summary(texts))
        json.member("event_action", "")
        json.key("payload")
        json.null()
        if texts.isFiring { try client(texts, to: &json) }
        json.key("details")
        json.value(details)
        json.endObject()
        return json
    }

    private func version2(_ texts: MessageTexts, _ details: JSONValue) throws(MessageError) -> JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        json.member("routing_key", try key(routingKey, "routing", texts))
        json.member("dedup_key", texts.keyHash)
        json.member("event_action", texts.isFiring ? "trigger" : "resolve")
        json.beginObject("payload")
        json.member("summary", try summary(texts))
        json.member("source", try texts.text(self.texts["source"] ?? ""))
        json.member("severity", try texts.text(self.texts["severity"] ?? ""))
        for key in ["class", "component", "group"] { json.optional(key, try texts.text(self.texts[key] ?? "")) }
        json.key("custom_details")
        json.value(details)
        json.endObject()
        try client(texts, to: &json)
        try pictures(texts, to: &json)
        json.endObject()
        return json
    }

    private func key(_ source: SecretSource?, _ name: String, _ texts: MessageTexts) throws(MessageError) -> String {
        guard let source else { return "" }
        let key = try texts.text(of: source)
        if key.isEmpty { throw .refused("\(name) key cannot be empty") }
        return key
    }

    private func summary(_ texts: MessageTexts) throws(MessageError) -> String {
        try texts.text(self.texts["description"] ?? "").truncated(to: Self.summaryLimit)
    }

    private func client(_ texts: MessageTexts, to json: inout JSONWriter) throws(MessageError) {
        for key in ["client", "client_url"] { json.optional(key, try texts.text(self.texts[key] ?? "")) }
    }

    /// Images without a source and links without an address are left out.
    private func pictures(_ texts: MessageTexts, to json: inout JSONWriter) throws(MessageError) {
        var shown: [Image] = []
        for image in images {
            let rendered = Image(
                source: try texts.text(image.source), alternative: try texts.text(image.alternative),
                link: try texts.text(image.link))
            if !rendered.source.isEmpty { shown.append(rendered) }
        }
        if !shown.isEmpty {
            json.beginArray("images")
            for image in shown {
                json.beginObject()
                json.member("src", image.source)
                json.member("alt", image.alternative)
                json.member("href", image.link)
                json.endObject()
            }
            json.endArray()
        }
        var linked: [Link] = []
        for link in links {
            let rendered = Link(address: try texts.text(link.address), text: try texts.text(link.text))
            if !rendered.address.isEmpty { linked.append(rendered) }
        }
        if linked.isEmpty { return }
        json.beginArray("links")
        for link in linked {
            json.beginObject()
            json.member("href", link.address)
            json.member("text", link.text)
            json.endObject()
        }
        json.endArray()
    }
}
