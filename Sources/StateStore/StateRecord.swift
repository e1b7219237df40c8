/// A value that is kept: a row of one table.
public protocol StateRecord: Sendable {
    /// Where such values are kept.
    static var table: StateTable { get }
    /// The columns of ``table`` in order.
    var row: [SQLiteValue] { get }
    /// Reads a row back; nil when it is none that this version can read.
    init?(row: [SQLiteValue])
}

/// A table as records see it; one of its name.
public final class StateTable: Hashable, Sendable {
    /// The table's name in the database.
    public let name: String
    /// The names of all columns, those of the key first.
    public let columns: [String]
    /// How many columns make the key.
    public let keyCount: Int

    /// Whether rows lie in the order they came, below a column `number` of their own; the key is one integer then.
    let isSequential: Bool

    let put: String
    let select: String

    /// A table with a key of the columns `key`.
    /// - Parameter isSequential: For scattered keys of one integer: rows are kept in the order they came.
    public init(_ name: String, key: [String], columns others: [String], isSequential: Bool = false) {
        self.isSequential = isSequential
        self.name = name
        columns = key + others
        keyCount = key.count
        let all = columns.joined(separator: ",")
        let marks = columns.map { _ in "?" }.joined(separator: ",")
        put =
            isSequential
            ? "INSERT OR REPLACE INTO \(name) (number,\(all)) VALUES (?,\(marks))"
            : "INSERT OR REPLACE INTO \(name) (\(all)) VALUES (\(marks))"
        select = "SELECT \(all) FROM \(name)"
        deleteNumber = "DELETE FROM \(name) WHERE number=?"
    }

    /// Whether both are the same table.
    public static func == (left: StateTable, right: StateTable) -> Bool { left === right || left.name == right.name }

    /// Feeds the name.
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Deletes the row of a number.
    let deleteNumber: String

    /// Deletes the rows whose first `count` key columns have given values.
    func delete(_ count: Int) -> String {
        if count == 0 { return "DELETE FROM \(name)" }
        return "DELETE FROM \(name) WHERE " + columns.prefix(count).map { "\($0)=?" }.joined(separator: " AND ")
    }
}

/// One change of what is kept.
public struct StateChange: Sendable {
    enum Action: Sendable {
        case put([SQLiteValue])
        case remove
    }

    let table: StateTable
    /// The key, or the beginning of the keys that are meant.
    let key: [SQLiteValue]
    let action: Action

    /// Keeps `record`, in place of the one with the same key.
    public static func put<Record: StateRecord>(_ record: Record) -> StateChange {
        let row = record.row
        return StateChange(table: Record.table, key: Array(row.prefix(Record.table.keyCount)), action: .put(row))
    }

    /// Forgets the record with this key; with fewer values than the key has columns, all records that begin with them.
    public static func remove<Record: StateRecord>(_: Record.Type, key: [SQLiteValue]) -> StateChange {
        StateChange(table: Record.table, key: key, action: .remove)
    }

    /// What two changes that replace each other have in common.
    var identity: Identity { Identity(table: table.name, key: key) }

    struct Identity: Hashable, Sendable {
        var table: String
        var key: [SQLiteValue]
    }

    var sql: String {
        switch action {
        case .put: table.put
        case .remove: table.delete(key.count)
        }
    }

    var values: [SQLiteValue] {
        switch action {
        case .put(let row): row
        case .remove: key
        }
    }

    /// Whether the change may touch more rows than its key names.
    var isPrefix: Bool { key.count < table.keyCount }
}
