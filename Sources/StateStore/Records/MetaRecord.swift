import Base
import Probes

/// A single fact under a name.
public struct MetaRecord: StateRecord, Hashable {
    /// What it is: ``aliveAt`` …
    public var name: String
    /// The fact as text.
    public var value: String

    /// A fact.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// The name under which the daemon notes that it lives: how long it was down is told by this.
    public static let aliveAt = "alive_at"

    /// Notes that the daemon lives; for `persistLate`.
    public static func alive(at time: Timestamp) -> MetaRecord {
        MetaRecord(name: aliveAt, value: String(time.milliseconds))
    }

    /// The instant that ``alive(at:)`` noted; nil for other facts.
    public var time: Timestamp? { Int64(value).map { Timestamp(milliseconds: $0) } }

    /// Keeps what is known of an incoming heartbeat.
    public init(heartbeat name: String, _ record: HeartbeatRecord) {
        self.init(name: Self.heartbeatName(name), value: record.text)
    }

    /// The name under which an incoming heartbeat is kept.
    public static func heartbeatName(_ name: String) -> String { "heartbeat:" + name }

    /// The heartbeat that ``init(heartbeat:_:)`` kept; nil for other facts.
    public var heartbeat: (name: String, record: HeartbeatRecord)? {
        guard name.hasPrefix("heartbeat:"), let record = HeartbeatRecord(text: value) else { return nil }
        return (String(name.dropFirst("heartbeat:".count)), record)
    }

    /// `meta`
    public static let table = StateTable("meta", key: ["name"], columns: ["value"])

    /// The columns.
    public var row: [SQLiteValue] { [.text(name), .text(value)] }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let name = columns.text(), let value = columns.text() else { return nil }
        self.init(name: name, value: value)
    }
}
