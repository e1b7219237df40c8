import Base
import TimeSeries

/// The queue of one `remote_write` target: what is sent when, sent again, or given up.
///
/// One request is under way at a time, so the samples of each series arrive in their order. A temporary failure repeats
/// the same samples after a pause that doubles; a permanent refusal gives them up. When the queue is full the oldest
/// samples go.
public struct RemoteWriteQueueCore: Sendable {
    /// Bounds of a queue.
    public struct Limits: Sendable, Hashable {
        /// Samples kept at most, those under way included.
        public var capacity = 250_000
        /// Samples of one request.
        public var batch = 2_000
        /// How long the first sample waits for company.
        public var linger: Duration = .milliseconds(50)
        /// The pause after the first failure.
        public var shortestPause: Duration = .milliseconds(100)
        /// The longest pause of our own choice.
        public var longestPause: Duration = .seconds(10)
        /// The longest pause that a receiver can ask for.
        public var longestRetryAfter: Duration = .seconds(300)

        /// The defaults.
        public init() {}
    }

    /// What happens to a queue.
    public enum Event: Sendable {
        /// New samples, in time order for each series.
        case samples([RemoteWriteSample])
        /// The request under way ended.
        case answer(Answer)
        /// The deadline has come.
        case tick
        /// What waits leaves without waiting for company, as at the end of the process.
        case hurry
    }

    /// How a request ended.
    public enum Answer: Sendable, Hashable {
        case taken
        /// It may work later, not before `retryAfter` when the receiver said so.
        case temporary(retryAfter: Duration?)
        /// The receiver will never take these samples.
        case permanent
    }

    /// What is to be done or counted.
    public enum Effect: Sendable, Equatable {
        /// Send these; the end is told by ``Event/answer(_:)``.
        case send([RemoteWriteSample])
        /// So many samples arrived; the newest is of this time.
        case taken(Int, newest: Timestamp)
        /// So many samples will be sent again.
        case retried(Int)
        /// So many samples were refused for good.
        case refused(Int)
        /// So many samples were dropped because the queue was full.
        case overflowed(Int)
    }

    private enum State: Sendable {
        case idle
        case sending([RemoteWriteSample])
        case pausing([RemoteWriteSample], until: Timestamp, pause: Duration)
    }

    private let limits: Limits
    private var state = State.idle
    /// What waits: `waiting[first...]`.
    private var waiting: [RemoteWriteSample] = []
    private var first = 0
    private var lingerEnd: Timestamp?
    private var pause = Duration.zero

    /// An empty queue.
    public init(_ limits: Limits = Limits()) { self.limits = limits }

    /// Samples that have not arrived yet, those under way included.
    public var pending: Int { waiting.count - first + underWay.count }

    /// When to call with ``Event/tick``; nil while there is nothing to wait for but an answer or samples.
    public var nextDeadline: Timestamp? {
        switch state {
        case .idle: lingerEnd
        case .sending: nil
        case .pausing(_, let until, _): until
        }
    }

    private var underWay: [RemoteWriteSample] {
        switch state {
        case .idle: []
        case .sending(let batch), .pausing(let batch, _, _): batch
        }
    }

    /// Takes an event.
    public mutating func apply(_ event: Event, at now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        switch event {
        case .samples(let samples): take(samples, at: now, &effects)
        case .answer(let answer): note(answer, at: now, &effects)
        case .tick: break
        case .hurry: if lingerEnd != nil { lingerEnd = now }
        }
        proceed(at: now, &effects)
        return effects
    }

    private mutating func take(_ samples: [RemoteWriteSample], at now: Timestamp, _ effects: inout [Effect]) {
        if samples.isEmpty { return }
        waiting += samples
        if lingerEnd == nil { lingerEnd = now + limits.linger }
        let excess = min(pending - limits.capacity, waiting.count - first)
        if excess > 0 {
            first += excess
            effects.append(.overflowed(excess))
            compact()
        }
    }

    private mutating func note(_ answer: Answer, at now: Timestamp, _ effects: inout [Effect]) {
        guard case .sending(let batch) = state else { return }
        switch answer {
        case .taken:
            effects.append(.taken(batch.count, newest: batch.map(\.timestamp).max() ?? now))
            pause = .zero
            state = .idle
        case .permanent:
            effects.append(.refused(batch.count))
            pause = .zero
            state = .idle
        case .temporary(let retryAfter):
            effects.append(.retried(batch.count))
            pause = min(max(pause * 2, limits.shortestPause), limits.longestPause)
            let wanted = retryAfter.map { min(max($0, limits.shortestPause), limits.longestRetryAfter) } ?? pause
            state = .pausing(batch, until: now + wanted, pause: wanted)
        }
    }

    private mutating func proceed(at now: Timestamp, _ effects: inout [Effect]) {
        switch state {
        case .sending: return
        case .pausing(let batch, let until, let pause):
            // A clock that was set back must not stretch the pause.
            guard now >= until || until - now > pause else { return }
            state = .sending(batch)
            effects.append(.send(batch))
        case .idle:
            let count = waiting.count - first
            guard count > 0, let end = lingerEnd else { return }
            guard count >= limits.batch || now >= end || end - now > limits.linger else { return }
            let batch = Array(waiting[first..<min(waiting.count, first + limits.batch)])
            first += batch.count
            compact()
            if waiting.isEmpty { lingerEnd = nil }
            state = .sending(batch)
            effects.append(.send(batch))
        }
    }

    /// Gives memory back once half of the array is behind us.
    private mutating func compact() {
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: waiting.capacity <= 4 * limits.batch)
            first = 0
        } else if first > waiting.count / 2 {
            waiting.removeSubrange(..<first)
            first = 0
        }
    }
}
