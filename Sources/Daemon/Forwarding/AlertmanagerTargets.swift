import Alerts
import Base
import HTTPTransport
import Receivers
internal import Synchronization

/// All entries of `alertmanagers`: each gets every alert of a rule, none waits for another.
final class AlertmanagerTargets: Sendable {
    private struct Entry: Sendable {
        var url: String
        var target: AlertmanagerTarget
    }

    private struct State {
        var entries: [Entry] = []
        var dispatchesHere = true
    }

    private let state = Mutex(State())
    private let http: HTTPClient
    private let clock: any WallClock
    private let metrics: NotifierMetrics
    private let log: Log

    init(http: HTTPClient, clock: any WallClock, metrics: NotifierMetrics, log: Log) {
        self.http = http
        self.clock = clock
        self.metrics = metrics
        self.log = log
    }

    /// Whether alerts of rules go to our own dispatcher as well: without a route they do not.
    var dispatchesHere: Bool { state.withLock { $0.dispatchesHere } }

    /// Puts these targets in force; one that stays, by its address, keeps what waits in its queue.
    func replace(_ settings: [AlertmanagerSettings], dispatchesHere: Bool) async {
        var old = state.withLock { $0.entries }
        var now: [Entry] = []
        for one in settings where !now.contains(where: { $0.url == one.endpoint.text }) {
            let url = one.endpoint.text
            if let index = old.firstIndex(where: { $0.url == url }) {
                let kept = old.remove(at: index)
                await kept.target.reload(one, http: http)
                now.append(kept)
                continue
            }
            now.append(
                Entry(
                    url: url,
                    target: AlertmanagerTarget(
                        one, http: http, clock: clock, metrics: metrics.target(url: url), log: log)))
        }
        state.withLock { [now] in $0 = State(entries: now, dispatchesHere: dispatchesHere) }
        metrics.known.set(Double(now.count))
        for gone in old { await gone.target.stop() }
    }

    /// Hands alerts to every target.
    func send(_ alerts: [PostedAlert]) async {
        let entries = state.withLock { $0.entries }
        for entry in entries { await entry.target.take(alerts) }
    }

    /// Ends: what waits is posted, for at most `limit`.
    func stop(within limit: Duration) async {
        let entries = state.withLock { $0.entries }
        await withTaskGroup(of: Void.self) { group in
            for entry in entries { group.addTask { await entry.target.drain(within: limit) } }
        }
    }
}
