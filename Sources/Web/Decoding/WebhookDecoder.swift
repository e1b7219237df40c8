import Alerts
import Base
import JSON
import TimeSeries

/// Reads the body that Alertmanager's and Grafana's webhook receivers send, which is version 4; Grafana calls its own 1.
///
/// An alert's own `status` counts, not the group's. Firing alerts have no end, whatever stands there; ended ones without
/// an end ended now. What else the body says (group, receiver, common labels) is the sender's own view and not needed.
enum WebhookDecoder {
    static func decode(_ body: [UInt8], now: Timestamp) throws(WebFailure) -> [PostedAlert] {
        let document: JSONValue
        do throws(JSONError) { document = try JSONValue(parsing: body) } catch {
            throw .invalid("the body is no JSON: \(error)")
        }
        guard let object = document.object else {
            throw .invalid("the body must be an object of webhook version 4, not \(document.kind)")
        }
        guard let version = object["version"]?.string, ["4", "1"].contains(version) else {
            throw .invalid(
                "\"version\" must be \"4\" (Grafana: \"1\"): only webhook bodies of that version are understood")
        }
        guard let items = object["alerts"]?.array else { throw .invalid("\"alerts\" must be a list") }
        var alerts: [PostedAlert] = []
        for (index, item) in items.enumerated() { alerts.append(try alert(item, at: "alerts[\(index)]", now: now)) }
        return alerts
    }

    private static func alert(_ item: JSONValue, at place: String, now: Timestamp) throws(WebFailure) -> PostedAlert {
        guard item.object != nil else { throw .invalid("\(place) must be an object") }
        let ended: Bool
        switch item["status"]?.string {
        case "firing": ended = false
        case "resolved": ended = true
        default: throw .invalid("\(place).status must be \"firing\" or \"resolved\"")
        }
        let startsAt = try time(item["startsAt"], at: place + ".startsAt")
        var endsAt: Timestamp?
        if ended {
            endsAt = try time(item["endsAt"], at: place + ".endsAt") ?? now
            if let startsAt, let end = endsAt, end < startsAt { endsAt = startsAt }
        }
        guard case .string(let url) = item["generatorURL"] ?? .string("") else {
            throw .invalid("\(place).generatorURL must be a text")
        }
        return PostedAlert(
            labels: Labels(try pairs(item["labels"], at: place + ".labels")),
            annotations: Labels(keepingEmpty: try pairs(item["annotations"], at: place + ".annotations")),
            startsAt: startsAt, endsAt: endsAt, generatorURL: url)
    }

    private static func pairs(_ value: JSONValue?, at place: String) throws(WebFailure) -> [(String, String)] {
        guard let value, !value.isNull else { return [] }
        guard let object = value.object else { throw .invalid("\(place) must be an object of texts") }
        var pairs: [(String, String)] = []
        for member in object {
            guard let text = member.value.string else { throw .invalid("\(place).\(member.key) must be a text") }
            pairs.append((member.key, text))
        }
        return pairs
    }

    /// Go's zero time means "not given".
    private static func time(_ value: JSONValue?, at place: String) throws(WebFailure) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        guard let text = value.string, let time = RFC3339.parse(text) else {
            throw .invalid("\(place) must be a time such as 2026-01-02T15:04:05Z")
        }
        return time == Alert.unsetTime ? nil : time
    }
}
