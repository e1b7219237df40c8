import Alerts
import Base
import HTTPServer
import JSON
import TimeSeries

/// Reads the body of `POST /api/v2/alerts`.
///
/// - Source: the API's OpenAPI document; statuses, codes and words as observed on Alertmanager 0.33.1.
enum PostedAlertsDecoder {
    /// Why the whole body is refused.
    struct Refusal: Error {
        var status: Int
        var code: Int
        var message: String

        /// The body is no JSON of the right shape.
        static func unreadable(_ reason: String) -> Refusal {
            Refusal(status: 400, code: 400, message: "parsing alerts body from \"\" failed, because \(reason)")
        }
    }

    static func decode(_ request: HTTPServerRequest) throws(Refusal) -> [PostedAlert] {
        if JSONPrefix.isBlank(request.body) {
            throw Refusal(status: 422, code: 602, message: "alerts in body is required")
        }
        if let alerts = PlainAlertsReader.read(request.body) { return alerts }
        return try decodeTree(request.body)
    }

    /// Reads any body, and says what is wrong with it.
    static func decodeTree(_ body: [UInt8]) throws(Refusal) -> [PostedAlert] {
        let document: JSONValue
        do throws(JSONError) { document = try JSONPrefix.value(body) } catch {
            throw .unreadable(error.description)
        }
        guard !document.isNull else { return [] }
        guard let items = document.array else {
            throw .unreadable("json: cannot unmarshal \(document.goKind) into Go value of type models.PostableAlerts")
        }
        // First the whole body must have the right types, then each alert is looked at.
        var alerts: [(alert: PostedAlert, hasLabels: Bool)] = []
        alerts.reserveCapacity(items.count)
        for item in items { alerts.append(try alert(item)) }
        var faults: [(code: Int, message: String)] = []
        for (index, item) in alerts.enumerated() {
            if !item.hasLabels { faults.append((602, "\(index).labels in body is required")) }
            if !RequestURI.isValid(item.alert.generatorURL) {
                faults.append(
                    (
                        601,
                        "\(index).generatorURL in body must be of type uri: \(GoQuote.quoted(item.alert.generatorURL))"
                    )
                )
            }
            if let fault = faults.first { throw Refusal(status: 422, code: fault.code, message: fault.message) }
        }
        return alerts.map(\.alert)
    }

    private static func alert(_ item: JSONValue) throws(Refusal) -> (PostedAlert, hasLabels: Bool) {
        if item.isNull { throw .unreadable("an alert is null") }
        guard let object = item.object else {
            throw .unreadable("json: cannot unmarshal \(item.goKind) into an alert")
        }
        // As in Go, a name in other letters counts where the right one is absent.
        func member(_ name: String) -> JSONValue? {
            object[name] ?? object.members.last { $0.key.lowercased() == name.lowercased() }?.value
        }
        let labels = member("labels")
        let posted = PostedAlert(
            labels: Labels(try pairs(labels, "Alert.labels")),
            annotations: Labels(keepingEmpty: try pairs(member("annotations"), ".annotations")),
            startsAt: try time(member("startsAt")), endsAt: try time(member("endsAt")),
            generatorURL: try text(member("generatorURL")))
        return (posted, labels.map { !$0.isNull } ?? false)
    }

    private static func pairs(_ value: JSONValue?, _ field: String) throws(Refusal) -> [(String, String)] {
        guard let value, !value.isNull else { return [] }
        guard let object = value.object else {
            throw .unreadable(
                "json: cannot unmarshal \(value.goKind) into Go struct field \(field) of type models.LabelSet")
        }
        var pairs: [(String, String)] = []
        for member in object {
            if let text = member.value.string {
                pairs.append((member.key, text))
            } else if member.value.isNull {
                pairs.append((member.key, ""))
            } else {
                throw .unreadable(
                    "json: cannot unmarshal \(member.value.goKind) into Go struct field \(field).\(member.key) of "
                        + "type string")
            }
        }
        return pairs
    }

    private static func text(_ value: JSONValue?) throws(Refusal) -> String {
        guard let value, !value.isNull else { return "" }
        guard let text = value.string else {
            throw .unreadable("json: cannot unmarshal \(value.goKind) into Go value of type string")
        }
        return text
    }

    private static func time(_ value: JSONValue?) throws(Refusal) -> Timestamp? {
        guard let value, !value.isNull else { return nil }
        let text = try text(value)
        guard let time = PostedTime.parse(text) else { throw .unreadable(PostedTime.refusal(of: text)) }
        return time
    }
}

extension JSONValue {
    /// The kind as Go's decoder names it.
    var goKind: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
