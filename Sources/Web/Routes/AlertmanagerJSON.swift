import Alerts
import Base
import HTTPServer
import JSON
import TimeSeries

/// The bodies of Alertmanager's API v2, fields in its order.
///
/// - Source: observed on Alertmanager 0.33.1.
enum AlertmanagerJSON {
    /// A JSON text, as the API's own handlers refuse.
    static func message(_ message: String, status: Int) -> HTTPServerResponse {
        answer(status: status) { $0.string(message) }
    }

    /// `{"code":…,"message":…}`, as the layer that checks requests refuses.
    static func failure(_ message: String, code: Int, status: Int) -> HTTPServerResponse {
        var json = JSONWriter()
        json.beginObject()
        json.key("code")
        json.integer(code)
        json.key("message")
        json.string(message)
        json.endObject()
        return .json(json.bytes, status: status).with(header: "Cache-Control", "no-store")
    }

    /// A body, with the line feed that Go's encoder puts behind it.
    static func answer(status: Int = 200, _ write: (inout JSONWriter) -> Void) -> HTTPServerResponse {
        var json = JSONWriter()
        write(&json)
        return .json(json.bytes + [0x0A], status: status).with(header: "Cache-Control", "no-store")
    }

    /// Above this many alerts a list is written while it is sent, so that it never stands in memory whole.
    private static let streamedAlerts = 1000

    /// A list, each item written by `write`, which may leave one out.
    /// - Parameter weight: How many alerts it has about.
    static func list<Item: Sendable>(
        _ items: [Item], weight: Int, _ write: @escaping @Sendable (Item, inout JSONWriter) -> Void
    ) -> HTTPServerResponse {
        if weight <= streamedAlerts {
            return answer { json in
                json.beginArray()
                for item in items { write(item, &json) }
                json.endArray()
            }
        }
        return HTTPServerResponse.stream(contentType: "application/json") { body in
            var json = JSONWriter(reserving: 80 << 10)
            json.beginArray()
            for item in items {
                write(item, &json)
                if json.bytes.count > 64 << 10 { try await body.write(json.takeBytes()) }
            }
            json.endArray()
            try await body.write(json.takeBytes() + [0x0A])
        }
        .with(header: "Cache-Control", "no-store")
    }

    /// `2026-01-02T15:04:05.600Z`: always three decimals.
    static func time(_ time: Timestamp) -> String {
        let text = RFC3339.string(time).dropLast()
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return text + ".000Z" }
        let decimals = text.utf8.distance(from: point, to: text.utf8.endIndex) - 1
        return text + String(repeating: "0", count: max(0, 3 - decimals)) + "Z"
    }

    static func labels(_ labels: Labels, _ json: inout JSONWriter) {
        json.beginObject()
        labels.forEachUTF8 { name, value in
            json.key(utf8: name)
            json.string(utf8: value)
        }
        json.endObject()
    }

    static func alert(_ view: ReceivedAlertView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("annotations")
        labels(view.alert.annotations, &json)
        json.key("endsAt")
        json.string(time(view.alert.endsAt))
        json.key("fingerprint")
        json.string(view.alert.fingerprint.description)
        json.key("receivers")
        json.beginArray()
        for name in view.receivers { receiver(name, &json) }
        json.endArray()
        json.key("startsAt")
        json.string(time(view.alert.startsAt))
        json.key("status")
        json.beginObject()
        texts("inhibitedBy", view.inhibitedBy.map(\.description), &json)
        texts("mutedBy", view.mutedBy, &json)
        texts("silencedBy", view.silencedBy, &json)
        json.key("state")
        json.string(view.state)
        json.endObject()
        json.key("updatedAt")
        json.string(time(view.alert.updatedAt))
        if !view.alert.generatorURL.isEmpty {
            json.key("generatorURL")
            json.string(view.alert.generatorURL)
        }
        json.key("labels")
        labels(view.alert.labels, &json)
        json.endObject()
    }

    static func group(_ group: AlertGroupView, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("alerts")
        json.beginArray()
        for view in group.alerts { alert(view, &json) }
        json.endArray()
        json.key("labels")
        labels(group.labels, &json)
        json.key("receiver")
        receiver(group.receiver, &json)
        json.endObject()
    }

    static func silence(_ view: SilenceView, _ json: inout JSONWriter) {
        let silence = view.silence
        json.beginObject()
        json.key("id")
        json.string(silence.id)
        json.key("status")
        json.beginObject()
        json.key("state")
        json.string(view.state)
        json.endObject()
        json.key("updatedAt")
        json.string(time(view.updatedAt))
        if !silence.annotations.isEmpty {
            json.key("annotations")
            labels(silence.annotations, &json)
        }
        json.key("comment")
        json.string(silence.comment)
        json.key("createdBy")
        json.string(silence.createdBy)
        json.key("endsAt")
        json.string(time(silence.endsAt))
        json.key("matchers")
        json.beginArray()
        for matcher in silence.matchers { Self.matcher(matcher, &json) }
        json.endArray()
        json.key("startsAt")
        json.string(time(silence.startsAt))
        json.endObject()
    }

    private static func matcher(_ matcher: AlertMatcher, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("isEqual")
        json.bool(matcher.operation == .equal || matcher.operation == .matches)
        json.key("isRegex")
        json.bool(matcher.operation == .matches || matcher.operation == .notMatches)
        json.key("name")
        json.string(matcher.name)
        json.key("value")
        json.string(matcher.value)
        json.endObject()
    }

    static func receiver(_ name: String, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(name)
        json.endObject()
    }

    private static func texts(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        json.key(key)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }
}
