import Alerts
import Base
import Incidents
import TimeSeries

extension IncidentRecord: StateRecord {
    /// `incidents`
    public static let table = StateTable(
        "incidents", key: ["id"],
        columns: ["state", "group_key", "opened_at", "acknowledged_at", "resolved_at", "payload"])

    /// The columns.
    public var row: [SQLiteValue] {
        var payload = StateBlobWriter(version: 1)
        payload.write(policy)
        payload.write(groupLabels)
        payload.write(receiver)
        payload.write(acknowledgedBy)
        payload.write(note)
        payload.write(alerts) { writer, each in
            writer.write(each.alert)
            writer.write(each.status == .firing)
        }
        payload.write(isMuted)
        payload.write(count: stepsTaken)
        payload.write(pending) { writer, each in
            writer.write(count: each.step)
            writer.write(each.integration)
        }
        payload.write(told) { $0.write($1) }
        payload.write(events) { writer, each in
            writer.write(each.at)
            writer.write(each.text)
        }
        return [
            .text(id), .text(state.rawValue), .text(groupKey.text), .time(openedAt), .time(acknowledgedAt),
            .time(resolvedAt), .blob(payload.bytes),
        ]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let id = columns.text(), let state = columns.text().flatMap(State.init(rawValue:)),
            let groupKey = columns.text(), let openedAt = columns.timestamp(),
            let acknowledgedAt = columns.optionalTimestamp(), let resolvedAt = columns.optionalTimestamp(),
            let bytes = columns.blob()
        else { return nil }
        let read: IncidentRecord? = Self.read(bytes) { reader throws(StateBlobError) in
            IncidentRecord(
                id: id, policy: try reader.string(), groupKey: GroupKey(text: groupKey),
                groupLabels: try reader.labels(), receiver: try reader.string(), state: state, openedAt: openedAt,
                acknowledgedAt: acknowledgedAt, acknowledgedBy: try reader.string(), note: try reader.string(),
                resolvedAt: resolvedAt,
                alerts: try reader.list { reader throws(StateBlobError) in
                    NotifiedAlert(try reader.alert(), status: try reader.bool() ? .firing : .resolved)
                }, isMuted: try reader.bool(), stepsTaken: try reader.count(),
                pending: try reader.list { reader throws(StateBlobError) in
                    Pending(step: try reader.count(), integration: try reader.integration())
                }, told: try reader.list { reader throws(StateBlobError) in try reader.integration() },
                events: try reader.list { reader throws(StateBlobError) in
                    Event(at: try reader.timestamp(), text: try reader.string())
                })
        }
        guard let read else { return nil }
        self = read
    }
}

extension StateBlobWriter {
    fileprivate mutating func write(_ integration: IntegrationID) {
        write(integration.receiver)
        write(integration.type)
        write(count: integration.index)
    }

    fileprivate mutating func write(_ alert: Alert) {
        write(alert.labels)
        write(alert.annotations)
        write(alert.startsAt)
        write(alert.endsAt)
        write(alert.generatorURL)
        write(alert.updatedAt)
        write(alert.isTimeout)
    }
}

extension StateBlobReader {
    fileprivate mutating func integration() throws(StateBlobError) -> IntegrationID {
        IntegrationID(receiver: try string(), type: try string(), index: try count())
    }

    fileprivate mutating func alert() throws(StateBlobError) -> Alert {
        Alert(
            labels: try labels(), annotations: try labels(), startsAt: try timestamp(), endsAt: try timestamp(),
            generatorURL: try string(), updatedAt: try timestamp(), isTimeout: try bool())
    }
}

extension StateChange {
    /// Forgets an incident.
    public static func forgetIncident(_ id: String) -> StateChange { .remove(IncidentRecord.self, key: [.text(id)]) }
}
