internal import Glibc
internal import Synchronization

/// Where a shell gets the time from; cores are handed a ``Timestamp`` instead.
public protocol WallClock: Sendable {
    /// The present instant.
    func now() -> Timestamp
    /// Returns at or after `deadline`.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Timestamp) async throws
    /// Returns at `deadline`, or once `pause` has passed, whatever the clock was set to meanwhile.
    /// - Throws: `CancellationError` when the task is cancelled first.
    func doze(until deadline: Timestamp, atMost pause: Duration) async throws
    /// Time that has passed since some fixed instant, however the clock is set.
    func uptime() -> Duration
}

extension WallClock {
    /// A clock that nobody sets dozes as it sleeps.
    public func doze(until deadline: Timestamp, atMost pause: Duration) async throws {
        try await sleep(until: min(deadline, now() + pause))
    }

    /// A clock that nobody sets tells itself how much time has passed.
    public func uptime() -> Duration { .milliseconds(now().milliseconds) }

    /// Returns after `duration` of this clock's time.
    public func sleep(for duration: Duration) async throws { try await sleep(until: now() + duration) }
}

/// The machine's own clock; sleeps follow it when it is set.
public struct SystemClock: WallClock {
    /// The system's clock.
    public init() {}

    /// The present instant by CLOCK_REALTIME.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Sleeps in pieces of at most a minute, so that a clock that is set is noticed.
    public func sleep(until deadline: Timestamp) async throws {
        while true {
            let left = deadline - now()
            if left <= .zero { return }
            try await Task.sleep(for: min(left, .seconds(60)))
        }
    }

    /// Sleeps once, so that a clock that is set back does not make it longer.
    public func doze(until deadline: Timestamp, atMost pause: Duration) async throws {
        let left = min(deadline - now(), pause)
        if left > .zero { try await Task.sleep(for: left) }
    }

    /// The time since the machine started, sleep included, by CLOCK_BOOTTIME.
    public func uptime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return .milliseconds(Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// Finds out when a clock was set: the time it shows and the time that passed then differ.
public struct ClockSteps: Sendable {
    /// Smaller differences are what keeping time does.
    public static let tolerance = Duration.seconds(2)

    private var shown: Timestamp
    private var passed: Duration

    /// Watches from now on.
    public init(_ clock: some WallClock) {
        shown = clock.now()
        passed = clock.uptime()
    }

    /// By how much the clock was set since the last call, negative when it was set back; nil when it was not.
    public mutating func take(_ clock: some WallClock) -> Duration? {
        let before = (shown, passed)
        shown = clock.now()
        passed = clock.uptime()
        let step = (shown - before.0) - (passed - before.1)
        return step > Self.tolerance || step < .zero - Self.tolerance ? step : nil
    }
}

/// A clock that runs `factor` times as fast as another from a starting point on, as the demo's does.
public struct ScaledClock: WallClock {
    private let base = SystemClock()
    private let start: Timestamp
    private let origin: Timestamp
    /// Seconds of this clock per second of the machine's.
    public let factor: Double

    /// Begins at the present instant, or at `origin`.
    public init(factor: Double, origin: Timestamp? = nil) {
        self.factor = factor
        start = base.now()
        self.origin = origin ?? start
    }

    /// The scaled instant.
    public func now() -> Timestamp {
        origin + .milliseconds(Int64(Double((base.now() - start).milliseconds) * factor))
    }

    /// Sleeps the machine's time that corresponds.
    public func sleep(until deadline: Timestamp) async throws {
        while true {
            let left = deadline - now()
            if left <= .zero { return }
            try await Task.sleep(for: .milliseconds(max(1, Int64(Double(left.milliseconds) / factor))))
        }
    }
}

/// A clock that stands still until a test moves it.
public final class ManualClock: WallClock {
    private struct Sleeper {
        var deadline: Timestamp
        var continuation: CheckedContinuation<Void, any Error>
    }
    private struct State {
        var now: Timestamp
        var next = 0
        var sleepers: [Int: Sleeper] = [:]
        var cancelled: Set<Int> = []
    }
    private let state: Mutex<State>

    /// A clock that shows `now`.
    public init(now: Timestamp = .zero) { state = Mutex(State(now: now)) }

    /// The instant last set.
    public func now() -> Timestamp { state.withLock { $0.now } }

    /// How many tasks are asleep: what a test waits for before it moves the clock.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// The earliest deadline somebody sleeps for.
    public var nextDeadline: Timestamp? { state.withLock { $0.sleepers.values.map(\.deadline).min() } }

    /// Moves to `time` and wakes everybody whose deadline has come.
    public func set(_ time: Timestamp) {
        let due = state.withLock { state in
            state.now = time
            let due = state.sleepers.filter { $0.value.deadline <= time }.sorted {
                $0.value.deadline < $1.value.deadline
            }
            for sleeper in due { state.sleepers[sleeper.key] = nil }
            return due
        }
        for sleeper in due { sleeper.value.continuation.resume() }
    }

    /// Moves on by `duration`.
    public func advance(by duration: Duration) { set(now() + duration) }

    /// Sleeps until the clock has been moved to `deadline`.
    public func sleep(until deadline: Timestamp) async throws {
        let id = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let ready: Result<Void, any Error>? = state.withLock { state in
                    if state.cancelled.remove(id) != nil || Task.isCancelled { return .failure(CancellationError()) }
                    if deadline <= state.now { return .success(()) }
                    state.sleepers[id] = Sleeper(deadline: deadline, continuation: continuation)
                    return nil
                }
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                let sleeper = state.sleepers.removeValue(forKey: id)
                if sleeper == nil { state.cancelled.insert(id) }
                return sleeper
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }
}
