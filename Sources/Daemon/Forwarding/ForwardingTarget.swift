import Base

/// Owner of one target's queue: feeds its core and carries the effects out. One shell for every kind of target.
actor ForwardingTarget<Channel: ForwardingChannel> {
    private var channel: Channel
    private var core: Channel.Core
    private let clock: any WallClock
    private let log: Log
    private var alarm: Alarm
    private var request: Task<Void, Never>?
    private var failure: (since: Timestamp, reason: String)?
    /// The reason of the last refusal that was logged: a target that refuses every request fills no log.
    private var refusal: String?
    private var isDropping = false
    private var isStopped = false

    init(_ channel: Channel, clock: any WallClock, log: Log) {
        self.channel = channel
        self.clock = clock
        self.log = log
        core = channel.queue(at: clock.now())
        alarm = Alarm(clock: clock)
    }

    /// Begins with what an earlier process left.
    func start() { step(.tick) }

    /// Puts other settings in force for all that comes.
    func reload(_ newer: Channel) {
        channel.adopt(newer, &core)
        step(.tick)
    }

    /// Takes what is to be sent.
    func take(_ input: [Channel.Input]) {
        if isStopped { return }
        step(.items(channel.items(of: input, at: clock.now(), isFailing: failure != nil)))
    }

    /// Sends what waits, for at most `limit`; a target that fails already is not waited for.
    func drain(within limit: Duration) async {
        step(.hurry)
        let end = ContinuousClock.now + limit
        while !core.isIdle, failure == nil, ContinuousClock.now < end {
            do { try await Task.sleep(for: .milliseconds(10)) } catch { break }
        }
        stop(isGone: false)
    }

    /// Ends.
    /// - Parameter isGone: Whether the target is no longer configured.
    func stop(isGone: Bool) {
        if isStopped { return }
        isStopped = true
        alarm.cancel()
        request?.cancel()
        if let message = channel.end(core, isGone: isGone) {
            log.write(.warn, message, fields([("waiting", "\(core.waiting)")]))
        }
    }

    /// How the target fares.
    var status: ForwardingStatus {
        ForwardingStatus(
            kind: Channel.kind, host: channel.host, failure: failure, oldest: core.oldest, waiting: core.waiting)
    }

    private func step(_ event: ForwardingEvent<Channel.Core.Item>) {
        if isStopped { return }
        for effect in core.apply(event, at: clock.now()) { carryOut(effect) }
        channel.show(core)
        alarm.set(to: core.nextDeadline) { [weak self] in await self?.rang() }
    }

    private func rang() {
        alarm.rang()
        step(.tick)
    }

    private func carryOut(_ effect: ForwardingEffect<Channel.Core.Item>) {
        channel.note(effect)
        switch effect {
        case .send(let items): send(items)
        case .taken:
            if failure != nil { log.write(.info, "\(Channel.kind) works again", fields()) }
            failure = nil
            refusal = nil
            isDropping = false
        case .retried, .refused: break
        case .dropped(let items, let why):
            if !isDropping {
                let reason = why == .queueFull ? "too much waits" : "it has waited for too long"
                log.write(
                    .error, "\(Channel.kind): the oldest of what waits is given up",
                    fields([("reason", reason), ("items", "\(items.count)")]))
            }
            isDropping = true
        }
    }

    private func send(_ items: [Channel.Core.Item]) {
        let channel = channel
        request = Task { [weak self] in
            let started = ContinuousClock.now
            let failure = await channel.send(items)
            if Task.isCancelled { return }
            await self?.finished(failure, in: ContinuousClock.now - started)
        }
    }

    private func finished(_ failure: ForwardingFailure?, in duration: Duration) {
        if isStopped { return }
        channel.noteDuration(duration)
        guard let failure else { return step(.answer(.taken)) }
        let reason = fields([("reason", failure.reason)])
        if failure.isTemporary {
            if self.failure == nil { log.write(.warn, "\(Channel.kind) fails, trying again", reason) }
            self.failure = (self.failure?.since ?? clock.now(), failure.reason)
            step(.answer(.temporary(retryAfter: failure.retryAfter)))
        } else {
            if refusal != failure.reason { log.write(.error, "refused by \(Channel.kind)", reason) }
            refusal = failure.reason
            step(.answer(.permanent))
        }
    }

    private func fields(_ more: [(String, String)] = []) -> [(String, String)] { [("url", channel.host)] + more }
}
