internal import Synchronization

/// Ends what takes too long.
///
/// One task looks at all deadlines a few times a second while there are any: unlike a sleep of its own for each, nothing
/// is left behind when the work is over long before.
public final class Watchdog: Sendable {
    /// For the whole process.
    public static let shared = Watchdog()
    /// How late a deadline may be noticed.
    public static let pause = Duration.milliseconds(250)

    private struct State {
        var next: UInt64 = 0
        var watched: [UInt64: (deadline: ContinuousClock.Instant, end: @Sendable () -> Void)] = [:]
        var isLooking = false
    }

    private let state = Mutex(State())

    /// Gives what `work` gives; nil when it took longer than `limit`: its task is cancelled then, and waited for.
    public func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Value
    ) async -> Value? {
        let task = Task { await work() }
        let id = watch(until: .now + limit) { task.cancel() }
        let value = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        let isInTime = state.withLock { $0.watched.removeValue(forKey: id) != nil }
        return isInTime ? value : nil
    }

    private func watch(until deadline: ContinuousClock.Instant, _ end: @escaping @Sendable () -> Void) -> UInt64 {
        let (id, begins) = state.withLock { state in
            state.next += 1
            state.watched[state.next] = (deadline, end)
            defer { state.isLooking = true }
            return (state.next, !state.isLooking)
        }
        if begins { Task.detached { await self.look() } }
        return id
    }

    private func look() async {
        while true {
            try? await Task.sleep(for: Self.pause)
            let now = ContinuousClock.now
            let (late, isOver) = state.withLock { state in
                let late = state.watched.filter { $0.value.deadline <= now }
                for id in late.keys { state.watched[id] = nil }
                if state.watched.isEmpty { state.isLooking = false }
                return (late.values.map(\.end), state.watched.isEmpty)
            }
            for end in late { end() }
            if isOver { return }
        }
    }
}
