/// Where the rows of a table stand whose keys are scattered.
///
/// Rows lie in the order in which their keys first came, so that a storm of new alerts fills pages one behind the other;
/// ordered by fingerprint each would touch a page of its own, which is written, logged and read again for it alone.
struct SequentialRows {
    private var numbers: [Int64: Int64] = [:]
    private var last: Int64 = 0

    /// Notes a row that is there.
    mutating func note(_ number: Int64, key: Int64) {
        numbers[key] = number
        last = max(last, number)
    }

    /// Where the row of `key` stands, or is to stand.
    mutating func number(of key: Int64) -> Int64 {
        if let known = numbers[key] { return known }
        last += 1
        numbers[key] = last
        return last
    }

    /// Forgets a row; nil when there is none.
    mutating func remove(_ key: Int64) -> Int64? { numbers.removeValue(forKey: key) }
}

extension SQLiteConnection {
    /// Writes one change.
    mutating func apply(_ change: StateChange) throws(SQLiteError) {
        guard change.table.isSequential, case .integer(let key)? = change.key.first else {
            if change.table.isSequential { sequentialRows[change.table.name] = nil }
            return try run(change.sql, change.values)
        }
        // Taken out while it is changed: the dictionary is not copied.
        var rows: SequentialRows
        if let known = sequentialRows.removeValue(forKey: change.table.name) {
            rows = known
        } else {
            rows = try placed(change.table)
        }
        defer { sequentialRows[change.table.name] = rows }
        switch change.action {
        case .put(let row): try run(change.table.put, first: rows.number(of: key), row)
        case .remove:
            guard let number = rows.remove(key) else { return }
            try run(change.table.deleteNumber, [.integer(number)])
        }
    }

    private mutating func placed(_ table: StateTable) throws(SQLiteError) -> SequentialRows {
        var placed = SequentialRows()
        try rows("SELECT number, \(table.columns[0]) FROM \(table.name)") { row in
            placed.note(row.integer(0), key: row.integer(1))
        }
        return placed
    }
}
