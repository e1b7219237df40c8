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
        // Its encoder leaves angle brackets and ampersands in such texts as they are.
        answer(status: status) { $0.string(message, escaping: .plain) }
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
        json.bytes.append(0x0A)
        return .json(json.bytes, status: status).with(header: "Cache-Control", "no-store")
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
                if json.bytes.count > 64 << 10 {
                    try await body.write(json.bytes)
                    json.bytes.removeAll(keepingCapacity: true)
                }
            }
            json.endArray()
            json.bytes.append(0x0A)
            try await body.write(json.bytes)
        }
        .with(header: "Cache-Control", "no-store")
    }

    /// `2026-01-02T15:04:05.600Z`: always three decimals.
    static func time(_ time: Timestamp, _ json: inout JSONWriter) { json.time(time, decimals: 3) }

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
        json.piece(#""annotations":"#)
        labels(view.alert.annotations, &json)
        json.piece(#","endsAt":"#)
        time(view.alert.endsAt, &json)
        json.piece(#","fingerprint":""#)
        view.alert.fingerprint.append(to: &json.bytes)
        json.piece(#"","receivers":["#)
        for name in view.receivers { receiver(name, &json) }
        json.piece(#"],"startsAt":"#)
        time(view.alert.startsAt, &json)
        if view.inhibitedBy.isEmpty, view.mutedBy.isEmpty, view.silencedBy.isEmpty {
            json.piece(#","status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":[],"state":"#)
        } else {
            json.piece(#","status":{"#)
            texts("inhibitedBy", view.inhibitedBy.map(\.description), &json)
            texts("mutedBy", view.mutedBy, &json)
            texts("silencedBy", view.silencedBy, &json)
            json.piece(#","state":"#)
        }
        json.string(view.state)
        json.piece(#"},"updatedAt":"#)
        time(view.alert.updatedAt, &json)
        if !view.alert.generatorURL.isEmpty {
            json.piece(#","generatorURL":"#)
            json.string(view.alert.generatorURL)
        }
        json.piece(#","labels":"#)
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
        if !group.routeLabels.isEmpty {
            json.key("routeLabels")
            labels(group.routeLabels, &json)
        }
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
        time(view.updatedAt, &json)
        if !silence.annotations.isEmpty {
            json.key("annotations")
            labels(silence.annotations, &json)
        }
        json.key("comment")
        json.string(silence.comment)
        json.key("createdBy")
        json.string(silence.createdBy)
        json.key("endsAt")
        time(silence.endsAt, &json)
        json.key("matchers")
        json.beginArray()
        for matcher in silence.matchers { Self.matcher(matcher, &json) }
        json.endArray()
        json.key("startsAt")
        time(silence.startsAt, &json)
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
        json.piece(#""name":"#)
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
