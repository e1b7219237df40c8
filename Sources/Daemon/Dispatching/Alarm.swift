import Base

/// Wakes its owner at the earliest deadline it was set to, on a clock of its choice.
///
/// Owned by one actor: it is only touched from there.
struct Alarm {
    private let clock: any WallClock
    private var task: Task<Void, Never>?
    private var deadline: Timestamp?

    init(clock: any WallClock) { self.clock = clock }

    /// Calls `ring` at `time` instead of whenever it was set to before; nil means never.
    mutating func set(to time: Timestamp?, _ ring: @escaping @Sendable () async -> Void) {
        if time == deadline, task != nil || time == nil { return }
        task?.cancel()
        task = nil
        deadline = time
        guard let time else { return }
        let clock = clock
        task = Task {
            do { try await clock.sleep(until: time) } catch { return }
            if !Task.isCancelled { await ring() }
        }
    }

    /// It has rung: the next ``set(to:_:)`` starts anew even for the same time.
    mutating func rang() {
        task = nil
        deadline = nil
    }

    /// Never rings again until it is set.
    mutating func cancel() {
        task?.cancel()
        rang()
    }
}
