import Base

extension StateStore {
    /// What was loaded: records, and how many rows this version could not read.
    public struct Loaded<Record: StateRecord>: Sendable {
        /// In the order of their keys.
        public var records: [Record]
        /// Rows that were passed over.
        public var unreadable: Int
    }

    /// All records of a kind, on a connection and a thread of its own; sees what is durable.
    public func load<Record: StateRecord>(_: Record.Type) async throws(StateStoreError) -> Loaded<Record> {
        try await read(
            Record.table.select + " ORDER BY "
                + Record.table.columns.prefix(Record.table.keyCount)
                .joined(separator: ","), [])
    }

    /// History from `start` (included) to `end` (excluded), the latest first, at most `limit` entries; of one subject
    /// when `subject` is given.
    public func history(
        from start: Timestamp, to end: Timestamp, subject: String? = nil, limit: Int
    ) async throws(StateStoreError) -> [HistoryRecord] {
        var condition = " WHERE at >= ? AND at < ?"
        var values: [SQLiteValue] = [.time(start), .time(end)]
        if let subject {
            condition += " AND subject = ?"
            values.append(.text(subject))
        }
        values.append(.integer(Int64(max(0, limit))))
        let sql = HistoryRecord.table.select + condition + " ORDER BY at DESC, number DESC LIMIT ?"
        let loaded: Loaded<HistoryRecord> = try await read(sql, values)
        return loaded.records
    }

    private func read<Record: StateRecord>(
        _ sql: String, _ values: [SQLiteValue]
    ) async throws(StateStoreError) -> Loaded<Record> {
        let path = "\(directory)/\(Self.fileName)"
        let result: Result<Loaded<Record>, StateStoreError> = await OwnThread.value {
            do throws(SQLiteError) {
                var connection = try SQLiteConnection(path: path, mode: .readOnly)
                var loaded = Loaded<Record>(records: [], unreadable: 0)
                try connection.rows(sql, values) { row in
                    if let record = Record(row: row.values()) {
                        loaded.records.append(record)
                    } else {
                        loaded.unreadable += 1
                    }
                }
                return .success(loaded)
            } catch { return .failure(.reading(reason: error.description)) }
        }
        return try result.get()
    }
}
