import Base
internal import Synchronization

/// The write-ahead log of remote write: what has not arrived yet, in a SQLite file of its own beside the state.
///
/// Without waiting for the disk at each step: what was written survives the end of the process, and of the machine the
/// last moments may be lost. What arrives before it was written never is, so a target that answers costs the disk nothing.
/// Thread-safe; one thread writes.
public final class SampleLog: Sendable {
    /// The file's name within the state folder.
    public static let fileName = "remote-write.db"
    /// What cannot be written stays in memory up to this size; the oldest go.
    static let maximumUnwritten = 64 << 20

    /// Samples that are kept.
    public struct Entry: Sendable, Hashable {
        /// The target's name.
        public var target: String
        /// Counted up within the target.
        public var number: UInt64
        /// When they were recorded.
        public var takenAt: Timestamp
        /// Of the newest of them.
        public var newest: Timestamp
        /// How many.
        public var samples: Int
        /// The size of ``body``.
        public var bytes: Int
        /// What is sent; empty in lists.
        public var body: [UInt8]

        /// An entry.
        public init(
            target: String, number: UInt64, takenAt: Timestamp, newest: Timestamp, samples: Int, bytes: Int,
            body: [UInt8]
        ) {
            self.target = target
            self.number = number
            self.takenAt = takenAt
            self.newest = newest
            self.samples = samples
            self.bytes = bytes
            self.body = body
        }

        var key: Key { Key(target: target, number: number) }
    }

    struct Key: Hashable, Sendable {
        var target: String
        var number: UInt64
    }

    private struct State {
        var unwritten: [Key: Entry] = [:]
        var order: [Key] = []
        var unwrittenBytes = 0
        /// Being written at the moment.
        var writing: Set<Key> = []
        var removals: [Key] = []
        var forgotten: [String] = []
        var due: ContinuousClock.Instant?
        var failure: String?
        var closing = false
        var closed: [CheckedContinuation<Void, Never>] = []
        var ended = false
    }

    /// What the operator should know of the opening.
    public let notices: [String]
    private let path: String
    private let state = Mutex(State())
    private let connection: Mutex<SQLiteConnection?>
    private let wakeup: Wakeup
    private let onHealthChange: @Sendable (String?) -> Void

    /// Opens the log in a folder that is locked for this process; a damaged file is set aside.
    /// - Throws: ``StateStoreError`` when there cannot be a log.
    public static func open(
        in directory: String, now: Timestamp, onHealthChange: @escaping @Sendable (String?) -> Void = { _ in }
    ) throws(StateStoreError) -> SampleLog {
        let path = "\(directory)/\(fileName)"
        guard let wakeup = Wakeup() else { throw .notWritable(directory: directory, reason: "too many open files") }
        do throws(SQLiteError) {
            return SampleLog(try prepared(path), path, wakeup, [], onHealthChange)
        } catch {
            guard error.isDamage else { throw .notWritable(directory: directory, reason: error.description) }
            let suffix = StateFolder.damageSuffix(now)
            guard StateFolder.setAside(path, suffix: suffix) else { throw .reading(reason: "\(path): \(error)") }
            let notice =
                "the log of remote write \(path) is damaged (\(error.message)): set aside as \(fileName)\(suffix), "
                + "the samples in it are not sent"
            do throws(SQLiteError) {
                return SampleLog(try prepared(path), path, wakeup, [notice], onHealthChange)
            } catch { throw .notWritable(directory: directory, reason: error.description) }
        }
    }

    private static func prepared(_ path: String) throws(SQLiteError) -> SQLiteConnection {
        var connection = try SQLiteConnection(path: path)
        let tables = try connection.number("SELECT count(*) FROM sqlite_schema")
        if tables == 0 { try connection.execute("PRAGMA auto_vacuum=INCREMENTAL") }
        _ = try connection.text("PRAGMA journal_mode=WAL")
        try connection.execute("PRAGMA synchronous=NORMAL")
        try connection.execute("PRAGMA cache_size=-1000")
        _ = try connection.number("PRAGMA wal_autocheckpoint=64")
        _ = try connection.number("PRAGMA journal_size_limit=262144")
        let verdict = try connection.text("PRAGMA quick_check(1)")
        guard verdict == "ok" else { throw SQLiteError(code: 11, message: verdict) }
        try connection.execute(
            """
            CREATE TABLE IF NOT EXISTS log (
                target TEXT NOT NULL, number INTEGER NOT NULL, taken_at INTEGER NOT NULL, newest INTEGER NOT NULL,
                samples INTEGER NOT NULL, bytes INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (target, number))
            """)
        return connection
    }

    private init(
        _ connection: consuming sending SQLiteConnection, _ path: String, _ wakeup: Wakeup, _ notices: [String],
        _ onHealthChange: @escaping @Sendable (String?) -> Void
    ) {
        self.connection = Mutex(connection)
        self.path = path
        self.wakeup = wakeup
        self.notices = notices
        self.onHealthChange = onHealthChange
        OwnThread.run { self.loop() }
    }

    /// Why writing fails at present; nil while it works.
    public var failure: String? { state.withLock { $0.failure } }

    // MARK: - Entries

    /// Keeps entries, written within `delay` unless they are removed before.
    public func append(_ entries: [Entry], within delay: Duration) {
        if entries.isEmpty { return }
        state.withLock { state in
            for entry in entries {
                state.unwritten[entry.key] = entry
                state.order.append(entry.key)
                state.unwrittenBytes += entry.bytes
            }
            while state.unwrittenBytes > Self.maximumUnwritten, let oldest = state.order.first {
                state.order.removeFirst()
                if let gone = state.unwritten.removeValue(forKey: oldest) { state.unwrittenBytes -= gone.bytes }
            }
            Self.schedule(&state, within: delay)
        }
        wakeup.call()
    }

    /// Forgets entries of a target that have arrived or were given up.
    public func remove(_ numbers: [UInt64], of target: String) {
        if numbers.isEmpty { return }
        let mustWake = state.withLock { state in
            var written = false
            for number in numbers {
                let key = Key(target: target, number: number)
                let entry = state.unwritten.removeValue(forKey: key)
                if let entry { state.unwrittenBytes -= entry.bytes }
                if entry == nil || state.writing.contains(key) {
                    state.removals.append(key)
                    written = true
                }
            }
            if state.unwritten.isEmpty { state.order = [] }
            if written { Self.schedule(&state, within: .milliseconds(500)) }
            return written
        }
        if mustWake { wakeup.call() }
    }

    /// Forgets all entries of a target that is no longer there.
    public func forget(_ target: String) {
        state.withLock { state in
            for key in state.order where key.target == target {
                if let entry = state.unwritten.removeValue(forKey: key) { state.unwrittenBytes -= entry.bytes }
            }
            state.order.removeAll { $0.target == target }
            state.forgotten.append(target)
            Self.schedule(&state, within: .zero)
        }
        wakeup.call()
    }

    private static func schedule(_ state: inout State, within delay: Duration) {
        let due = ContinuousClock.now + delay
        if state.due.map({ due < $0 }) ?? true { state.due = due }
    }

    /// The bodies of entries; what is there no longer is missing.
    public func bodies(_ numbers: [UInt64], of target: String) async -> [UInt64: [UInt8]] {
        var found: [UInt64: [UInt8]] = [:]
        state.withLock { state in
            for number in numbers {
                if let entry = state.unwritten[Key(target: target, number: number)] { found[number] = entry.body }
            }
        }
        let missing = numbers.filter { found[$0] == nil }
        if missing.isEmpty { return found }
        let path = path
        let read: [UInt64: [UInt8]] = await OwnThread.value {
            var read: [UInt64: [UInt8]] = [:]
            do throws(SQLiteError) {
                var connection = try SQLiteConnection(path: path, mode: .readOnly)
                for number in missing {
                    try connection.rows(
                        "SELECT body FROM log WHERE target=? AND number=?",
                        [.text(target), .integer(Int64(bitPattern: number))]
                    ) { row in
                        if case .blob(let body)? = row.values().first { read[number] = body }
                    }
                }
            } catch {}
            return read
        }
        return found.merging(read) { first, _ in first }
    }

    /// What an earlier process left, without bodies, by target and in order.
    public func entries() async -> [Entry] {
        let path = path
        return await OwnThread.value {
            var found: [Entry] = []
            do throws(SQLiteError) {
                var connection = try SQLiteConnection(path: path, mode: .readOnly)
                let sql = "SELECT target, number, taken_at, newest, samples, bytes FROM log ORDER BY target, number"
                try connection.rows(sql) { row in
                    found.append(
                        Entry(
                            target: row.text(0), number: UInt64(bitPattern: row.integer(1)),
                            takenAt: Timestamp(milliseconds: row.integer(2)),
                            newest: Timestamp(milliseconds: row.integer(3)), samples: Int(row.integer(4)),
                            bytes: Int(row.integer(5)), body: []))
                }
            } catch {}
            return found
        }
    }

    /// Lets every write fail, as on a full disk, or no longer; for tests.
    func fail(_ fails: Bool) {
        connection.withLock { connection in
            do {
                try connection?.use { db throws(SQLiteError) in
                    try db.execute("PRAGMA query_only=\(fails ? 1 : 0)")
                }
            } catch {}
        }
    }

    /// Writes what waits and lets go of the file.
    public func close() async {
        await withCheckedContinuation { continuation in
            let ended = state.withLock { state in
                state.closing = true
                if !state.ended { state.closed.append(continuation) }
                return state.ended
            }
            if ended { continuation.resume() } else { wakeup.call() }
        }
    }

    // MARK: - The thread

    private func loop() {
        while true {
            let (pause, closing) = state.withLock { state -> (Duration?, Bool) in
                let left = state.due.map { $0 - ContinuousClock.now }
                return (state.closing && left != nil ? .zero : left, state.closing)
            }
            if closing, pause == nil { break }
            guard let pause, pause <= .zero else {
                wakeup.sleep(pause)
                continue
            }
            let isWritten = write()
            if closing { break }
            if !isWritten { wakeup.sleep(.seconds(1)) }
        }
        connection.withLock { connection in
            do {
                try connection?.use { db throws(SQLiteError) in try db.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
            } catch {}
            connection = nil
        }
        let closed = state.withLock { state in
            state.ended = true
            return state.closed
        }
        for continuation in closed { continuation.resume() }
    }

    /// One transaction with all that waits.
    private func write() -> Bool {
        let (entries, removals, forgotten) = state.withLock { state in
            state.due = nil
            let entries = state.order.compactMap { state.unwritten[$0] }
            state.writing = Set(entries.map(\.key))
            defer {
                state.removals = []
                state.forgotten = []
            }
            return (entries, state.removals, state.forgotten)
        }
        let failure = connection.withLock { connection -> String? in
            do throws(SQLiteError) {
                try connection?.use { db throws(SQLiteError) in
                    try db.write(entries, removing: removals, forgetting: forgotten)
                }
                return nil
            } catch { return error.description }
        }
        let changed = state.withLock { state in
            if failure == nil {
                for entry in entries {
                    if let gone = state.unwritten.removeValue(forKey: entry.key) { state.unwrittenBytes -= gone.bytes }
                }
                state.order.removeAll { state.unwritten[$0] == nil }
            } else {
                state.removals = removals + state.removals
                state.forgotten = forgotten + state.forgotten
                Self.schedule(&state, within: .seconds(1))
            }
            state.writing = []
            defer { state.failure = failure }
            return (state.failure == nil) != (failure == nil)
        }
        if changed { onHealthChange(failure) }
        return failure == nil
    }
}

extension SQLiteConnection {
    fileprivate mutating func write(
        _ entries: [SampleLog.Entry], removing removals: [SampleLog.Key], forgetting targets: [String]
    ) throws(SQLiteError) {
        try run("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            for target in targets { try run("DELETE FROM log WHERE target=?", [.text(target)]) }
            for entry in entries {
                try run(
                    """
                    INSERT OR REPLACE INTO log (target, number, taken_at, newest, samples, bytes, body)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        .text(entry.target), .integer(Int64(bitPattern: entry.number)),
                        .integer(entry.takenAt.milliseconds), .integer(entry.newest.milliseconds),
                        .integer(Int64(entry.samples)), .integer(Int64(entry.bytes)), .blob(entry.body),
                    ])
            }
            for key in removals {
                try run(
                    "DELETE FROM log WHERE target=? AND number=?",
                    [.text(key.target), .integer(Int64(bitPattern: key.number))])
            }
            try run("COMMIT")
            if try number("PRAGMA freelist_count") > 64 { try execute("PRAGMA incremental_vacuum") }
        } catch {
            do { try execute("ROLLBACK") } catch {}
            throw error
        }
    }
}
