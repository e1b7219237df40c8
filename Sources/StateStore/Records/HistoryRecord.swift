import Base

/// One thing that happened: what `why`, reports and the page tell afterwards.
public struct HistoryRecord: StateRecord, Hashable {
    /// When it happened.
    public var at: Timestamp
    /// Tells entries of one instant apart, in their order.
    public var number: Int64
    /// What happened, a word such as `alert_fired`, `notified`, `acknowledged`.
    public var kind: String
    /// Whom it concerns: a fingerprint, group key or incident.
    public var subject: String
    /// A JSON object with the rest.
    public var payload: String

    /// An entry.
    public init(at: Timestamp, number: Int64, kind: String, subject: String, payload: String) {
        self.at = at
        self.number = number
        self.kind = kind
        self.subject = subject
        self.payload = payload
    }

    /// `history`
    public static let table = StateTable("history", key: ["at", "number"], columns: ["kind", "subject", "payload"])

    /// The columns.
    public var row: [SQLiteValue] {
        [.integer(at.milliseconds), .integer(number), .text(kind), .text(subject), .text(payload)]
    }

    /// Reads a row.
    public init?(row: [SQLiteValue]) {
        var columns = StateColumns(row)
        guard let at = columns.timestamp(), let number = columns.integer(), let kind = columns.text(),
            let subject = columns.text(), let payload = columns.text()
        else { return nil }
        self.init(at: at, number: number, kind: kind, subject: subject, payload: payload)
    }
}
