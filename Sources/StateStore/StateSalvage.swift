import Dispatching
import Incidents
import Ruler

/// Saves what can still be read of a damaged state file.
enum StateSalvage {
    /// Copies the readable rows of every table of the file at `path` into `target`.
    ///
    /// Each table is read from both ends, until the damage is met; what is no record of this version is left out.
    /// - Returns: how many rows were saved.
    static func copy(from path: String, into target: inout SQLiteConnection) -> Int {
        do throws(SQLiteError) {
            var source = try SQLiteConnection(path: path, mode: .readOnly)
            // Another program's file has nothing of ours.
            guard try source.number("PRAGMA application_id") == StateSchema.applicationID else { return 0 }
            try target.execute("BEGIN IMMEDIATE")
            let count =
                copy(MetaRecord.self, &source, &target) + copy(AlertStateRecord.self, &source, &target)
                + copy(AlertRecord.self, &source, &target) + copy(GroupRecord.self, &source, &target)
                + copy(NotificationLogEntry.self, &source, &target) + copy(SilenceRecord.self, &source, &target)
                + copy(IncidentRecord.self, &source, &target) + copy(HistoryRecord.self, &source, &target)
            try target.execute("COMMIT")
            return count
        } catch {
            do { try target.execute("ROLLBACK") } catch {}
            return 0
        }
    }

    private static func copy<Record: StateRecord>(
        _: Record.Type, _ source: inout SQLiteConnection, _ target: inout SQLiteConnection
    ) -> Int {
        let table = Record.table
        var found: [[SQLiteValue]: StateChange] = [:]
        for direction in ["ASC", "DESC"] {
            // In the order in which rows lie: what is before or behind the damage is reached without passing it.
            let order = table.isSequential ? ["number"] : Array(table.columns.prefix(table.keyCount))
            let keys = order.map { "\($0) \(direction)" }.joined(separator: ",")
            do throws(SQLiteError) {
                try source.rows(table.select + " ORDER BY " + keys) { row in
                    let values = row.values()
                    if let record = Record(row: values) {
                        found[Array(values.prefix(table.keyCount))] = .put(record)
                    }
                }
                break
            } catch { continue }
        }
        var count = 0
        for change in found.values {
            do throws(SQLiteError) {
                try target.apply(change)
                count += 1
            } catch {}
        }
        return count
    }
}
