import Base
internal import Synchronization

/// The one thread that writes: all that waits becomes one transaction, then the effects are released in order.
final class StateWriter: Sendable {
    struct Job: Sendable {
        var changes: [StateChange]
        var policy: StateFailurePolicy
        var done: @Sendable (Result<Void, StateStoreError>) -> Void
    }

    private struct State {
        var jobs: [Job] = []
        /// What may be written late, and when it is due at the latest.
        var late = StateBacklog()
        var lateDue: ContinuousClock.Instant?
        /// What could not be written and is tried again.
        var backlog = StateBacklog()
        var failure: String?
        var closing = false
        var closed: [@Sendable () -> Void] = []
        var ended = false
    }

    /// How long nothing must have been written before a long write-ahead log is emptied.
    private static let checkpointPause = Duration.seconds(1)
    /// A shorter log is left as it is. Bytes.
    private static let longLog = 256 << 10
    /// How long a failing disk is left alone. The next change tries at once.
    private static let retryPause = Duration.seconds(1)

    private let state = Mutex(State())
    private let connection: Mutex<SQLiteConnection?>
    private let wakeup: Wakeup
    private let metrics: StateMetrics
    private let onHealthChange: @Sendable (String?) -> Void

    init(
        _ connection: consuming sending SQLiteConnection, wakeup: Wakeup, metrics: StateMetrics,
        onHealthChange: @escaping @Sendable (String?) -> Void
    ) {
        self.connection = Mutex(connection)
        self.wakeup = wakeup
        self.metrics = metrics
        self.onHealthChange = onHealthChange
    }

    /// Why the last transaction failed; nil when it did not.
    var failure: String? { state.withLock { $0.failure } }

    func start() { OwnThread.run { self.loop() } }

    func submit(_ job: Job) {
        let accepted = state.withLock { state in
            guard !state.closing else { return false }
            if !state.late.isEmpty { for change in job.changes { state.late.supersede(by: change) } }
            state.jobs.append(job)
            return true
        }
        if accepted { wakeup.call() } else { job.done(.failure(.closed)) }
    }

    func submitLate(_ changes: [StateChange], within delay: Duration) {
        let due = ContinuousClock.now + delay
        let sooner = state.withLock { state in
            for change in changes { state.late.add(change) }
            guard state.lateDue.map({ due < $0 }) ?? true else { return false }
            state.lateDue = due
            return true
        }
        if sooner { wakeup.call() }
    }

    /// Writes everything that waits, empties the write-ahead log and ends the thread.
    func close(_ done: @escaping @Sendable () -> Void) {
        let ended = state.withLock { state in
            state.closing = true
            if !state.ended { state.closed.append(done) }
            return state.ended
        }
        if ended { done() } else { wakeup.call() }
    }

    /// Runs `body` with the connection, between two transactions; for tests and maintenance.
    func withConnection<Value: Sendable>(_ body: @Sendable (inout SQLiteConnection) throws(SQLiteError) -> Value)
        -> Value?
    {
        connection.withLock { connection in
            do { return try connection?.use(body) } catch { return nil }
        }
    }

    // MARK: - The thread

    private func loop() {
        // Set while the write-ahead log may have grown since it was last emptied.
        var lastWrite: ContinuousClock.Instant?
        while true {
            let now = ContinuousClock.now
            let (jobs, earlier, closing, pause) = state.withLock { state in
                let jobs = state.jobs
                state.jobs = []
                var earlier: [StateChange] = []
                if let due = state.lateDue, due <= now || state.closing {
                    earlier = state.late.changes
                    state.late = StateBacklog()
                    state.lateDue = nil
                }
                var pause = state.lateDue.map { $0 - now }
                if !state.backlog.isEmpty { pause = min(pause ?? Self.retryPause, Self.retryPause) }
                return (jobs, earlier, state.closing, pause)
            }
            let retry = state.withLock { $0.backlog.changes }
            if !jobs.isEmpty || !earlier.isEmpty || !retry.isEmpty {
                let ok = write(retry: retry, late: earlier, jobs: jobs)
                lastWrite = ContinuousClock.now
                if closing, !ok { break }
                if closing { continue }
                if !ok { wakeup.sleep(Self.retryPause) }
                continue
            }
            if closing { break }
            if let written = lastWrite {
                if now - written >= Self.checkpointPause {
                    emptyLog()
                    lastWrite = nil
                } else {
                    wakeup.sleep(min(pause ?? Self.checkpointPause, Self.checkpointPause))
                    continue
                }
            }
            wakeup.sleep(pause)
        }
        connection.withLock { connection in
            do {
                try connection?.use { db throws(SQLiteError) in try db.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
            } catch {}
            connection = nil
        }
        let (closed, left) = state.withLock { state in
            state.ended = true
            defer {
                state.closed = []
                state.jobs = []
            }
            return (state.closed, state.jobs)
        }
        for job in left { job.done(.failure(.closed)) }
        for done in closed { done() }
    }

    /// Moves a long write-ahead log into the state file, now that nothing waits.
    private func emptyLog() {
        connection.withLock { connection in
            guard let size = connection?.logSize, size > Self.longLog else { return }
            // A reader or a full disk may be in the way: it is tried again after the next write.
            do {
                try connection?.use { db throws(SQLiteError) in try db.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
            } catch {}
        }
    }

    /// - Returns: whether all is written.
    private func write(retry: [StateChange], late: [StateChange], jobs: [Job]) -> Bool {
        let first = commit(retry, jobs, late)
        guard let failure = first else {
            state.withLock { $0.backlog = StateBacklog() }
            report(nil)
            for job in jobs { job.done(.success(())) }
            return true
        }
        // Once more without what its owner would rather take back: it may be what does not fit.
        let kept = jobs.filter { $0.policy == .keep }
        let isNothing = retry.isEmpty && late.isEmpty && kept.allSatisfy(\.changes.isEmpty)
        let second = kept.count == jobs.count || isNothing ? failure : commit(retry, kept, late)
        state.withLock { state in
            if second == nil {
                state.backlog = StateBacklog()
            } else {
                for change in kept.flatMap(\.changes) + late { state.backlog.add(change) }
            }
        }
        report(second)
        for job in jobs {
            if job.policy == .keep, second == nil {
                job.done(.success(()))
            } else {
                job.done(.failure(.writing(reason: failure)))
            }
        }
        return second == nil
    }

    /// One transaction.
    /// - Returns: the reason when nothing of it was written.
    private func commit(_ retry: [StateChange], _ jobs: [Job], _ late: [StateChange]) -> String? {
        let started = ContinuousClock.now
        // What may be late was handed over behind the jobs of the same key, or it would have been superseded.
        let changes = retry + jobs.flatMap(\.changes) + late
        if changes.isEmpty { return nil }
        let failure = attempt(changes)
        metrics.transactions.increment()
        metrics.duration.observe(ContinuousClock.now - started)
        if failure == nil {
            metrics.changes.increment(by: Double(changes.count))
        } else {
            metrics.failures.increment()
        }
        return failure
    }

    private func attempt(_ changes: [StateChange]) -> String? {
        connection.withLock { connection -> String? in
            do throws(SQLiteError) {
                try connection?.use { db throws(SQLiteError) in try db.commit(changes) }
                return nil
            } catch { return error.description }
        }
    }

    private func report(_ failure: String?) {
        let changed = state.withLock { state in
            defer { state.failure = failure }
            metrics.unwritten.set(Double(state.backlog.changes.count))
            return (state.failure == nil) != (failure == nil)
        }
        metrics.failing.set(failure == nil ? 0 : 1)
        if changed { onHealthChange(failure) }
    }
}

extension SQLiteConnection {
    /// Calls `body` with this connection.
    mutating func use<Value>(_ body: (inout SQLiteConnection) throws(SQLiteError) -> Value) throws(SQLiteError) -> Value
    {
        try body(&self)
    }

    /// Writes all changes or none.
    fileprivate mutating func commit(_ changes: [StateChange]) throws(SQLiteError) {
        // In a burst the log may grow to 4 MB: pages that change again and again are moved into the file less often.
        let isBurst = changes.count > 64
        if isBurst { _ = try number("PRAGMA wal_autocheckpoint=1000") }
        defer { if isBurst { do { _ = try number("PRAGMA wal_autocheckpoint=64") } catch {} } }
        try run("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            for change in changes { try apply(change) }
            try run("COMMIT")
        } catch {
            // SQLite may have rolled back by itself; a second attempt only says so.
            do { try execute("ROLLBACK") } catch {}
            sequentialRows = [:]
            throw error
        }
    }
}
