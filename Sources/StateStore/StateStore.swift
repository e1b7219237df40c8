import Base
internal import Synchronization

/// How a store is opened.
public struct StateStoreConfiguration: Sendable {
    /// The folder; made when it is missing.
    public var directory: String
    /// The state file grows to this size at most; nil is no limit but the disk's. Bytes.
    public var maximumBytes: Int?
    /// Told when writing begins to fail (with the reason) and when it works again (nil).
    public var onHealthChange: @Sendable (String?) -> Void = { _ in }

    /// Where transactions are counted; nil for nowhere.
    public var metrics: MetricsRegistry?

    /// A store in `directory`.
    public init(directory: String) { self.directory = directory }
}

/// What becomes of changes that the disk refuses.
public enum StateFailurePolicy: Sendable {
    /// They have happened all the same: the store keeps them in memory and writes them once the disk is well again.
    case keep
    /// Their owner takes them back.
    case drop
}

/// Every durable fact: one SQLite file in one locked folder, written by one thread.
///
/// Changes are written in the order they are handed over; what waits together becomes one transaction. Handing over
/// (``submit(_:ifFailing:then:)``) is synchronous, so that an actor can do it in the step that made the transition.
public final class StateStore: Sendable {
    /// The state file's name within the folder.
    public static let fileName = "ruleval.db"

    /// What the operator should know of the opening, such as a damaged file that was set aside.
    public let notices: [String]
    /// The folder.
    public var directory: String { folder.path }

    private let folder: StateFolder
    let writer: StateWriter

    private init(folder: StateFolder, writer: StateWriter, notices: [String]) {
        self.folder = folder
        self.writer = writer
        self.notices = notices
        writer.start()
    }

    deinit { writer.close {} }

    /// Locks the folder and opens the state in it, or begins a new one.
    ///
    /// A damaged file is given another name, which begins with ``fileName`` and ends with `now`, and is told in
    /// ``notices``. Blocks for the time that takes; meant for the start of the process.
    public static func open(
        _ configuration: StateStoreConfiguration, now: Timestamp
    ) throws(StateStoreError) -> StateStore {
        let folder = try StateFolder(configuration.directory)
        guard let wakeup = Wakeup() else {
            throw .notWritable(directory: folder.path, reason: "too many open files")
        }
        var notices: [String] = []
        let metrics = StateMetrics(configuration.metrics ?? MetricsRegistry())
        var damaged: String?
        var connection: SQLiteConnection
        do throws(SQLiteError) {
            connection = try prepared(folder)
        } catch {
            guard error.isDamage else { throw refusal(error, folder) }
            let suffix = StateFolder.damageSuffix(now)
            guard StateFolder.setAside("\(folder.path)/\(fileName)", suffix: suffix) else {
                throw .reading(reason: "\(folder.path)/\(fileName): \(error)")
            }
            damaged = "\(folder.path)/\(fileName)\(suffix)"
            notices.append(
                "state file \(folder.path)/\(fileName) is damaged (\(error.message)): set aside as "
                    + "\(fileName)\(suffix)")
            do throws(SQLiteError) { connection = try prepared(folder) } catch { throw refusal(error, folder) }
        }
        let newer: Int?
        do throws(SQLiteError) {
            newer = try StateSchema.migrate(&connection)
            if newer == nil, let bytes = configuration.maximumBytes {
                let pages = max(1, bytes / Int(try connection.number("PRAGMA page_size")))
                _ = try connection.number("PRAGMA max_page_count=\(pages)")
            }
        } catch { throw refusal(error, folder) }
        if let damaged {
            let saved = StateSalvage.copy(from: damaged, into: &connection)
            metrics.damaged.set(1)
            metrics.salvaged.set(Double(saved))
            notices[0] += saved == 0 ? ", starting with empty state" : ", \(saved) rows of it were saved"
        }
        if let newer { throw .newerSchema(directory: folder.path, found: newer, known: StateSchema.version) }
        let writer = StateWriter(
            connection, wakeup: wakeup, metrics: metrics, onHealthChange: configuration.onHealthChange)
        return StateStore(folder: folder, writer: writer, notices: notices)
    }

    /// A connection whose file has been looked through.
    private static func prepared(_ folder: StateFolder) throws(SQLiteError) -> SQLiteConnection {
        var connection = try SQLiteConnection(path: "\(folder.path)/\(fileName)")
        let tables = try connection.number("SELECT count(*) FROM sqlite_schema")
        if tables == 0 { try connection.execute("PRAGMA auto_vacuum=INCREMENTAL") }
        _ = try connection.text("PRAGMA journal_mode=WAL")
        try connection.execute("PRAGMA synchronous=FULL")
        try connection.execute("PRAGMA cache_size=-1000")
        // 64 pages of 4 KB: the log of a small installation stays small, and is cut back after a burst.
        _ = try connection.number("PRAGMA wal_autocheckpoint=64")
        _ = try connection.number("PRAGMA journal_size_limit=262144")
        let verdict = try connection.text("PRAGMA quick_check(1)")
        guard verdict == "ok" else { throw SQLiteError(code: 11, message: verdict) }
        let application = try connection.number("PRAGMA application_id")
        guard application == StateSchema.applicationID || tables == 0 else {
            throw SQLiteError(code: 26, message: "not a state file of ruleval")
        }
        return connection
    }

    private static func refusal(_ error: SQLiteError, _ folder: StateFolder) -> StateStoreError {
        .notWritable(directory: folder.path, reason: error.description)
    }

    // MARK: - Writing

    /// Why writing fails at present; nil while it works.
    public var failure: String? { writer.failure }

    /// Hands changes over; `done` is called on the store's thread, in the order of the calls, once they are durable or
    /// have failed. It must return soon.
    public func submit(
        _ changes: [StateChange], ifFailing policy: StateFailurePolicy = .keep,
        then done: @escaping @Sendable (Result<Void, StateStoreError>) -> Void
    ) {
        writer.submit(StateWriter.Job(changes: changes, policy: policy, done: done))
    }

    /// Hands changes over; the ticket tells when they are durable.
    public func submit(_ changes: [StateChange], ifFailing policy: StateFailurePolicy = .keep) -> StateTicket {
        let ticket = StateTicket()
        submit(changes, ifFailing: policy) { ticket.complete($0) }
        return ticket
    }

    /// Writes changes and returns when they are durable. Between calls from different tasks there is no order; where
    /// order matters use ``submit(_:ifFailing:)``.
    public func persist(
        _ changes: [StateChange], ifFailing policy: StateFailurePolicy = .keep
    ) async throws(StateStoreError) {
        try await submit(changes, ifFailing: policy).durable()
    }

    /// Hands over what only prolongs: written within `delay`, at the latest when the store is closed, unless a later
    /// change of the same key comes first. A kill may lose it.
    public func persistLate(_ changes: [StateChange], within delay: Duration) {
        writer.submitLate(changes, within: delay)
    }

    /// Forgets history of before `time` and gives the room back.
    public func pruneHistory(before time: Timestamp) async {
        await OwnThread.value { [writer] in
            _ = writer.withConnection { db throws(SQLiteError) in
                try db.run("DELETE FROM history WHERE at < ?", [.time(time)])
                try db.execute("PRAGMA incremental_vacuum")
                return true
            }
        }
    }

    /// Writes what waits, empties the write-ahead log and lets go of the file. The folder stays locked until the store
    /// is gone.
    public func close() async {
        await withCheckedContinuation { continuation in writer.close { continuation.resume() } }
    }
}
