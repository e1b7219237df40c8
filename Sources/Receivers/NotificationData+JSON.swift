import Base
import GoTemplate
import JSON

extension NotificationData {
    /// Reads what Alertmanager's webhook sends and amtool reads: `receiver`, `status`, `alerts` and so on.
    ///
    /// As in Go, keys match in any case, unknown ones are passed over, and what is absent or null is nil.
    /// - Parameter localZone: the zone that times get whose offset is that of this zone then.
    /// - Throws: ``JSONError`` naming the key whose value is of a wrong kind.
    public init(json: JSONValue, localZone: TimeZoneRules = .utc) throws(JSONError) {
        self.init()
        (alerts, groupLabels, commonLabels, commonAnnotations, routeLabels) = (nil, nil, nil, nil, nil)
        if json.isNull { return }
        let reader = try GoObjectReader(json, path: "", localZone: localZone)
        for (key, value) in reader.members {
            switch key {
            case "receiver": try reader.text(value, key, &receiver)
            case "status": try reader.text(value, key, &status)
            case "notification_reason": try reader.text(value, key, &notificationReason)
            case "externalurl": try reader.text(value, "externalURL", &externalURL)
            case "grouplabels": try reader.labels(value, "groupLabels", &groupLabels)
            case "commonlabels": try reader.labels(value, "commonLabels", &commonLabels)
            case "commonannotations": try reader.labels(value, "commonAnnotations", &commonAnnotations)
            case "routelabels": try reader.labels(value, "routeLabels", &routeLabels)
            case "alerts": alerts = try Self.alerts(value, localZone)
            default: break
            }
        }
    }

    private static func alerts(_ json: JSONValue, _ localZone: TimeZoneRules) throws(JSONError) -> [Alert]? {
        if json.isNull { return nil }
        guard let items = json.array else { throw JSONError("alerts: must be a list, not \(json.kind)") }
        var alerts: [Alert] = []
        for (index, item) in items.enumerated() {
            var alert = Alert(status: "", labels: nil, annotations: nil, startsAt: .zero)
            defer { alerts.append(alert) }
            if item.isNull { continue }
            let reader = try GoObjectReader(item, path: "alerts[\(index)]", localZone: localZone)
            for (key, value) in reader.members {
                switch key {
                case "status": try reader.text(value, key, &alert.status)
                case "labels": try reader.labels(value, key, &alert.labels)
                case "annotations": try reader.labels(value, key, &alert.annotations)
                case "startsat": try reader.time(value, "startsAt", &alert.startsAt)
                case "endsat": try reader.time(value, "endsAt", &alert.endsAt)
                case "generatorurl": try reader.text(value, "generatorURL", &alert.generatorURL)
                case "fingerprint": try reader.text(value, key, &alert.fingerprint)
                default: break
                }
            }
        }
        return alerts
    }
}

/// Reads an object as Go's encoding/json fills a struct.
private struct GoObjectReader {
    /// Keys in lower case.
    let members: [(key: String, value: JSONValue)]
    private let path: String
    private let localZone: TimeZoneRules

    init(_ json: JSONValue, path: String, localZone: TimeZoneRules) throws(JSONError) {
        guard let object = json.object else {
            throw JSONError((path.isEmpty ? "" : path + ": ") + "must be an object, not \(json.kind)")
        }
        members = object.members.map { ($0.key.lowercased(), $0.value) }
        self.path = path.isEmpty ? "" : path + "."
        self.localZone = localZone
    }

    func text(_ value: JSONValue, _ key: String, _ result: inout String) throws(JSONError) {
        if value.isNull { return }
        guard let text = value.string else { throw JSONError("\(path)\(key): must be text, not \(value.kind)") }
        result = text
    }

    func labels(_ value: JSONValue, _ key: String, _ result: inout [String: String]?) throws(JSONError) {
        if value.isNull {
            result = nil
            return
        }
        guard let object = value.object else { throw JSONError("\(path)\(key): must be an object, not \(value.kind)") }
        var labels = result ?? [:]
        for member in object.members {
            var text = ""
            try self.text(member.value, "\(key).\(member.key)", &text)
            labels[member.key] = text
        }
        result = labels
    }

    func time(_ value: JSONValue, _ key: String, _ result: inout ZonedTime) throws(JSONError) {
        if value.isNull { return }
        guard let text = value.string, let time = ZonedTime(rfc3339: text, localZone: localZone) else {
            throw JSONError("\(path)\(key): must be a time such as 2006-01-02T15:04:05Z, not \(shown(value))")
        }
        result = time
    }

    private func shown(_ value: JSONValue) -> String { value.string.map { "\"\($0)\"" } ?? value.kind }
}

extension ZonedTime {
    /// Reads an instant to the nanosecond; its zone is UTC for `Z`, else `localZone` where that has the same offset,
    /// else one of the offset alone. Nil when `text` is no RFC 3339 instant as Go reads it.
    init?(rfc3339 text: String, localZone: TimeZoneRules) {
        let bytes = Array(text.utf8)
        // Go wants these letters in capitals.
        guard bytes.count > 19, bytes[10] == UInt8(ascii: "T"), let time = RFC3339.parse(text) else { return nil }
        var digits: [UInt8] = []
        var index = 19
        if bytes[index] == UInt8(ascii: ".") || bytes[index] == UInt8(ascii: ",") {
            index += 1
            while index < bytes.count, (0x30...0x39).contains(bytes[index]) {
                digits.append(bytes[index] - 0x30)
                index += 1
            }
        }
        let nanoseconds = (digits + Array(repeating: 0, count: 9)).prefix(9).reduce(0) { $0 * 10 + Int($1) }
        let zone = bytes[index...]
        let seconds = ZonedTime(time).unixSeconds
        if zone == [UInt8(ascii: "Z")] {
            self.init(unixSeconds: seconds, nanoseconds: nanoseconds)
            return
        }
        guard zone.count == 6, let first = zone.first, first == 0x2B || first == 0x2D else { return nil }
        let numbers = zone.compactMap { (0x30...0x39).contains($0) ? Int($0) - 0x30 : nil }
        guard numbers.count == 4 else { return nil }
        let size = (numbers[0] * 10 + numbers[1]) * 3600 + (numbers[2] * 10 + numbers[3]) * 60
        let offset = first == 0x2D ? -size : size
        let isLocal = localZone.period(at: seconds).offset == offset
        self.init(
            unixSeconds: seconds, nanoseconds: nanoseconds,
            zone: isLocal ? localZone : TimeZoneRules(fixedOffset: offset, name: ""))
    }
}
