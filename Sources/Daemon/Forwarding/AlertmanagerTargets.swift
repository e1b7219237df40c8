import Alerts
import Base
import HTTPTransport
import Receivers
internal import Synchronization

/// All entries of `alertmanagers`.
final class AlertmanagerTargets: Sendable {
    private let targets: ForwardingTargets<AlertmanagerChannel>
    private let local = Mutex(true)
    private let http: HTTPClient
    private let metrics: NotifierMetrics

    init(http: HTTPClient, clock: any WallClock, metrics: NotifierMetrics, log: Log) {
        self.http = http
        self.metrics = metrics
        targets = ForwardingTargets(clock: clock, log: log)
    }

    /// Whether alerts of rules go to our own dispatcher as well: without a route they do not.
    var dispatchesHere: Bool { local.withLock { $0 } }

    /// Puts these targets in force; they are told apart by their addresses.
    func replace(_ settings: [AlertmanagerSettings], dispatchesHere: Bool) async {
        local.withLock { $0 = dispatchesHere }
        var channels: [(key: String, channel: AlertmanagerChannel)] = []
        for one in settings where !channels.contains(where: { $0.key == one.endpoint.text }) {
            let url = one.endpoint.text
            channels.append((url, AlertmanagerChannel(one, http: http, metrics: metrics.target(url: url))))
        }
        await targets.replace(channels)
        metrics.known.set(Double(channels.count))
    }

    /// Hands alerts to every target.
    func send(_ alerts: [PostedAlert]) async { await targets.send(alerts) }

    /// How all targets fare.
    func statuses() async -> [ForwardingStatus] { await targets.statuses() }

    /// Ends: what waits is posted, for at most `limit`.
    func stop(within limit: Duration) async { await targets.stop(within: limit) }
}
