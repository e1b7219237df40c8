internal import Glibc

/// Every open connection and how long it may go on as it is.
///
/// A value behind the server's lock. Sockets are shut under that lock, and entries removed under it before the library
/// closes them, so that no number is shut that has come to mean another file.
struct ConnectionTable {
    struct Entry {
        var socket: Int32
        /// When the connection is shut; nil while the handler works and for event streams.
        var deadline: ContinuousClock.Instant?
        /// The order of waiting: the lowest number has waited longest.
        var turn: UInt64
        /// The request being handled or answered.
        var exchange: Exchange?
    }

    private(set) var entries: [LibraryHandle: Entry] = [:]
    private var nextTurn: UInt64 = 0
    /// Requests that have arrived whole and are not completely answered.
    private(set) var inFlight = 0

    mutating func opened(_ connection: LibraryHandle, socket: Int32, deadline: ContinuousClock.Instant) {
        nextTurn += 1
        entries[connection] = Entry(socket: socket, deadline: deadline, turn: nextTurn)
    }

    mutating func closed(_ connection: LibraryHandle) {
        if entries.removeValue(forKey: connection)?.exchange != nil { inFlight -= 1 }
    }

    /// A new deadline; nil for none.
    mutating func set(_ connection: LibraryHandle, deadline: ContinuousClock.Instant?) {
        entries[connection]?.deadline = deadline
    }

    mutating func handling(_ connection: LibraryHandle, _ exchange: Exchange) {
        guard entries[connection] != nil else { return }
        entries[connection]?.exchange = exchange
        entries[connection]?.deadline = nil
        inFlight += 1
    }

    /// The request is over; the connection waits for the next.
    mutating func completed(_ connection: LibraryHandle, deadline: ContinuousClock.Instant) {
        guard let entry = entries[connection] else { return }
        if entry.exchange != nil { inFlight -= 1 }
        nextTurn += 1
        entries[connection]?.exchange = nil
        entries[connection]?.deadline = deadline
        entries[connection]?.turn = nextTurn
    }

    /// Shuts what is overdue.
    func sweep(now: ContinuousClock.Instant) {
        for entry in entries.values {
            if let deadline = entry.deadline, deadline <= now { shutdown(entry.socket, Int32(SHUT_RDWR)) }
        }
    }

    /// Makes room: shuts the tenth of the connections that have waited longest without a whole request.
    func evict() {
        let idle = entries.values.filter { $0.exchange == nil }.sorted { $0.turn < $1.turn }
        for entry in idle.prefix(max(1, entries.count / 10)) { shutdown(entry.socket, Int32(SHUT_RDWR)) }
    }
}
