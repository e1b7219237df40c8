import Base

/// The queue of one `remote_write` target: what is sent when, sent again, or given up.
///
/// One request is under way at a time, so the samples of each series arrive in their order. A temporary failure repeats
/// the same samples after a pause that doubles; a permanent refusal gives them up. What has waited for too long goes, and
/// the oldest go when more waits than may.
public struct RemoteWriteQueueCore: ForwardingCore {
    /// Bounds of a queue.
    public struct Limits: Sendable, Hashable {
        /// Bytes that wait at most, compressed.
        public var maximumBytes = 512 << 20
        /// How long samples wait at most.
        public var maximumAge: Duration = .seconds(3 * 3600)
        /// Bytes of these that are kept in memory as well; the others are read from the log.
        public var memory = 8 << 20
        /// Samples of one request; a block that has more is a request of its own.
        public var batch = 2_000
        /// How long the first sample waits for company.
        public var linger: Duration = .milliseconds(50)

        /// The defaults.
        public init() {}
    }

    private enum State: Sendable {
        case idle
        case sending([RemoteWriteBlock])
        case pausing([RemoteWriteBlock])
    }

    /// Bounds in force; less room takes effect with the next event.
    public var limits: Limits
    private var state = State.idle
    /// What waits: `queue[first...]`.
    private var queue: [RemoteWriteBlock] = []
    private var first = 0
    private var queuedSamples = 0
    private var queuedBytes = 0
    private var memory = 0
    private var lingerEnd: Timestamp?
    private var pause = RetryPause(shortest: .milliseconds(100))

    /// An empty queue, or one with what an earlier process left.
    public init(_ limits: Limits = Limits(), restoring blocks: [RemoteWriteBlock] = [], at now: Timestamp? = nil) {
        self.limits = limits
        for block in blocks { append(block) }
        if !blocks.isEmpty { lingerEnd = now }
    }

    /// Samples that have not arrived yet, those under way included.
    public var waiting: Int { queuedSamples + underWay.reduce(0) { $0 + $1.samples } }
    /// Bytes of the same.
    public var waitingBytes: Int { queuedBytes + underWay.reduce(0) { $0 + $1.bytes } }
    /// Whether nothing waits and nothing is under way.
    public var isIdle: Bool { first == queue.count && underWay.isEmpty }
    /// When the oldest samples that wait were recorded.
    public var oldest: Timestamp? { underWay.first?.takenAt ?? (first < queue.count ? queue[first].takenAt : nil) }

    /// When to call with `tick`; nil while there is nothing to wait for but an answer or samples.
    public var nextDeadline: Timestamp? {
        switch state {
        case .idle: lingerEnd.map { max($0, pause.end ?? $0) }
        case .sending: nil
        case .pausing: pause.end
        }
    }

    private var underWay: [RemoteWriteBlock] {
        switch state {
        case .idle: []
        case .sending(let batch), .pausing(let batch): batch
        }
    }

    /// Takes an event.
    public mutating func apply(
        _ event: ForwardingEvent<RemoteWriteBlock>, at now: Timestamp
    ) -> [ForwardingEffect<RemoteWriteBlock>] {
        var effects: [ForwardingEffect<RemoteWriteBlock>] = []
        switch event {
        case .items(let blocks):
            for block in blocks { append(block) }
            if lingerEnd == nil, !blocks.isEmpty { lingerEnd = now + limits.linger }
        case .answer(let answer): note(answer, at: now, &effects)
        case .tick: break
        case .hurry: if lingerEnd != nil { lingerEnd = now }
        }
        drop(at: now, &effects)
        proceed(at: now, &effects)
        return effects
    }

    private mutating func append(_ block: RemoteWriteBlock) {
        var block = block
        queuedSamples += block.samples
        queuedBytes += block.bytes
        if block.body != nil {
            // The oldest are kept in memory: they are sent first.
            if memory + block.bytes > limits.memory, first < queue.count {
                block.body = nil
            } else {
                memory += block.bytes
            }
        }
        queue.append(block)
    }

    private mutating func removeFirst() -> RemoteWriteBlock {
        let block = queue[first]
        first += 1
        queuedSamples -= block.samples
        queuedBytes -= block.bytes
        if block.body != nil { memory -= block.bytes }
        return block
    }

    private mutating func drop(at now: Timestamp, _ effects: inout [ForwardingEffect<RemoteWriteBlock>]) {
        var old: [RemoteWriteBlock] = []
        if case .pausing(let batch) = state, let oldest = batch.first, now - oldest.takenAt > limits.maximumAge {
            old = batch
            state = .idle
            if first < queue.count, lingerEnd == nil { lingerEnd = now }
        }
        while first < queue.count, now - queue[first].takenAt > limits.maximumAge { old.append(removeFirst()) }
        if !old.isEmpty { effects.append(.dropped(old, .tooOld)) }
        var excess: [RemoteWriteBlock] = []
        while first < queue.count, waitingBytes > limits.maximumBytes { excess.append(removeFirst()) }
        if !excess.isEmpty { effects.append(.dropped(excess, .queueFull)) }
        compact()
    }

    private mutating func note(
        _ answer: ForwardingAnswer, at now: Timestamp, _ effects: inout [ForwardingEffect<RemoteWriteBlock>]
    ) {
        guard case .sending(let batch) = state else { return }
        switch answer {
        case .taken:
            effects.append(.taken(batch))
            pause.reset()
            state = .idle
        case .permanent:
            effects.append(.refused(batch))
            pause.reset()
            state = .idle
        case .temporary(let retryAfter):
            effects.append(.retried(batch))
            pause.failed(at: now, retryAfter: retryAfter)
            state = .pausing(batch)
        }
    }

    private mutating func proceed(at now: Timestamp, _ effects: inout [ForwardingEffect<RemoteWriteBlock>]) {
        switch state {
        case .sending: return
        case .pausing(let batch):
            if pause.lasts(at: now) { return }
            state = .sending(batch)
            effects.append(.send(batch))
        case .idle:
            guard first < queue.count, let end = lingerEnd, !pause.lasts(at: now) else { return }
            // A clock that was set back must not stretch the wait.
            guard queuedSamples >= limits.batch || now >= end || end - now > limits.linger else { return }
            var batch = [removeFirst()]
            var count = batch[0].samples
            while first < queue.count, count + queue[first].samples <= limits.batch {
                count += queue[first].samples
                batch.append(removeFirst())
            }
            compact()
            if first == queue.count { lingerEnd = nil }
            state = .sending(batch)
            effects.append(.send(batch))
        }
    }

    /// Gives memory back once half of the array is behind us.
    private mutating func compact() {
        if first == queue.count {
            queue.removeAll(keepingCapacity: queue.capacity <= 64)
            first = 0
        } else if first > queue.count / 2 {
            queue.removeSubrange(..<first)
            first = 0
        }
    }
}
