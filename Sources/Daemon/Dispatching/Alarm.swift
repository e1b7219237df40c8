import Base

/// Wakes its owner at the earliest deadline it was set to, on a clock of its choice.
///
/// Owned by one actor: it is only touched from there.
struct Alarm {
    private let clock: any WallClock
    private var task: Task<Void, Never>?
    private var deadline: Timestamp?
    private var lastRing: Timestamp
    /// What becomes due in between is taken together.
    private static let pause = Duration.milliseconds(5)

    init(clock: any WallClock) {
        self.clock = clock
        lastRing = clock.now() - Self.pause
    }

    /// Calls `ring` at `time`, or somewhat later when it has just rung; nil means never.
    ///
    /// Set to a later time than before it rings at the earlier one all the same: its owner finds nothing due and sets it
    /// anew, which costs less than a timer for every change.
    mutating func set(to time: Timestamp?, _ ring: @escaping @Sendable () async -> Void) {
        guard let wanted = time else { return cancel() }
        // A clock that was set back must not put it off.
        let time = max(wanted, min(lastRing, clock.now()) + Self.pause)
        if task != nil, let deadline, deadline <= time { return }
        task?.cancel()
        deadline = time
        let clock = clock
        task = Task {
            do { try await clock.sleep(until: time) } catch { return }
            if !Task.isCancelled { await ring() }
        }
    }

    /// It has rung: the next ``set(to:_:)`` starts anew even for the same time.
    mutating func rang() {
        lastRing = clock.now()
        task = nil
        deadline = nil
    }

    /// Never rings again until it is set.
    mutating func cancel() {
        task?.cancel()
        task = nil
        deadline = nil
    }
}
