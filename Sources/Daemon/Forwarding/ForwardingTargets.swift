import Base
internal import Synchronization

/// All targets of one kind: each gets everything, none waits for another.
final class ForwardingTargets<Channel: ForwardingChannel>: Sendable {
    private struct Entry: Sendable {
        var key: String
        var target: ForwardingTarget<Channel>
    }

    private let entries = Mutex<[Entry]>([])
    private let clock: any WallClock
    private let log: Log

    init(clock: any WallClock, log: Log) {
        self.clock = clock
        self.log = log
    }

    /// Whether there is none.
    var isEmpty: Bool { entries.withLock { $0.isEmpty } }

    /// Puts these targets in force; one that stays, by its key, keeps what waits in its queue.
    func replace(_ channels: [(key: String, channel: Channel)]) async {
        var old = entries.withLock { $0 }
        var now: [Entry] = []
        for (key, channel) in channels {
            if let index = old.firstIndex(where: { $0.key == key }) {
                let kept = old.remove(at: index)
                await kept.target.reload(channel)
                now.append(kept)
                continue
            }
            let target = ForwardingTarget(channel, clock: clock, log: log)
            await target.start()
            now.append(Entry(key: key, target: target))
        }
        entries.withLock { [now] in $0 = now }
        for gone in old { await gone.target.stop(isGone: true) }
    }

    /// Hands `input` to every target.
    func send(_ input: [Channel.Input]) async {
        for entry in entries.withLock({ $0 }) { await entry.target.take(input) }
    }

    /// How all targets fare.
    func statuses() async -> [ForwardingStatus] {
        var all: [ForwardingStatus] = []
        for entry in entries.withLock({ $0 }) { all.append(await entry.target.status) }
        return all
    }

    /// Ends: what waits is sent, for at most `limit`.
    func stop(within limit: Duration) async {
        let entries = entries.withLock { $0 }
        await withTaskGroup(of: Void.self) { group in
            for entry in entries { group.addTask { await entry.target.drain(within: limit) } }
        }
    }
}
