import Base
import Dispatching
internal import Glibc
import Incidents
import Ruler

/// What a state folder holds, read without changing it; a daemon may use it meanwhile.
public struct StateSummary: Sendable {
    /// One kind of facts.
    public struct Table: Sendable, Hashable {
        /// The table's name.
        public var name: String
        /// Rows that this version can read.
        public var rows: Int
        /// Rows that it cannot.
        public var unreadable: Int
    }

    /// The folder.
    public var directory: String
    /// The schema's version; ``known`` is what this program writes.
    public var version: Int
    /// Bytes of all files in the folder.
    public var bytes: Int
    /// When a daemon was last known to live.
    public var lastAlive: Timestamp?
    /// In the order of the schema.
    public var tables: [Table] = []
    /// Samples that wait for remote write.
    public var waitingSamples = 0
    /// What is wrong with the file; nil when nothing is.
    public var damage: String?

    /// The version that this program writes.
    public static var known: Int { StateSchema.version }

    /// Looks through a folder; blocks.
    /// - Throws: ``StateStoreError/reading(reason:)`` when there is no state that could be read at all.
    public init(directory: String) throws(StateStoreError) {
        self.directory = directory
        bytes = Self.size(directory)
        let path = "\(directory)/\(StateStore.fileName)"
        guard access(path, F_OK) == 0 else { throw .reading(reason: "there is no \(path)") }
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: path, mode: .readOnly)
            guard try connection.number("PRAGMA application_id") == StateSchema.applicationID else {
                throw SQLiteError(code: 26, message: "not a state file of ruleval")
            }
            version = Int(try connection.number("PRAGMA user_version"))
            let verdict = try connection.text("PRAGMA quick_check(1)")
            if verdict != "ok" { damage = verdict }
            if version <= Self.known { read(&connection) }
        } catch {
            throw .reading(reason: "\(path): \(error.message)")
        }
        waitingSamples = Self.waiting("\(directory)/\(SampleLog.fileName)")
    }

    private mutating func read(_ connection: inout SQLiteConnection) {
        var alive: Timestamp?
        count(MetaRecord.self, &connection) { record in
            if record.name == MetaRecord.aliveAt { alive = record.time }
        }
        lastAlive = alive
        count(AlertStateRecord.self, &connection)
        count(AlertRecord.self, &connection)
        count(GroupRecord.self, &connection)
        count(NotificationLogEntry.self, &connection)
        count(SilenceRecord.self, &connection)
        count(IncidentRecord.self, &connection)
        count(HistoryRecord.self, &connection)
    }

    private mutating func count<Record: StateRecord>(
        _: Record.Type, _ connection: inout SQLiteConnection, _ note: (Record) -> Void = { _ in }
    ) {
        var table = Table(name: Record.table.name, rows: 0, unreadable: 0)
        do throws(SQLiteError) {
            try connection.rows(Record.table.select) { row in
                if let record = Record(row: row.values()) {
                    table.rows += 1
                    note(record)
                } else {
                    table.unreadable += 1
                }
            }
        } catch {
            damage = damage ?? "\(Record.table.name): \(error.message)"
        }
        tables.append(table)
    }

    private static func waiting(_ path: String) -> Int {
        guard access(path, F_OK) == 0 else { return 0 }
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: path, mode: .readOnly)
            return Int(try connection.number("SELECT total(samples) FROM log"))
        } catch { return 0 }
    }

    private static func size(_ directory: String) -> Int {
        guard let folder = opendir(directory) else { return 0 }
        defer { closedir(folder) }
        var total = 0
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            var status = stat()
            if stat("\(directory)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG {
                total += Int(status.st_size)
            }
        }
        return total
    }
}
