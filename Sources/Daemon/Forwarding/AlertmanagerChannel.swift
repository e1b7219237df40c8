import Alerts
import Base
import HTTPTransport
import Receivers

/// What is special about an entry of `alertmanagers`.
struct AlertmanagerChannel: ForwardingChannel {
    static let kind = "alertmanager"

    private var client: AlertmanagerClient
    private let metrics: NotifierMetrics.Target

    init(_ settings: AlertmanagerSettings, http: HTTPClient, metrics: NotifierMetrics.Target) {
        client = AlertmanagerClient(settings, http: http)
        self.metrics = metrics
    }

    var host: String { client.settings.url.authority }

    func queue(at _: Timestamp) -> AlertForwardingCore { AlertForwardingCore() }

    mutating func adopt(_ newer: AlertmanagerChannel, _: inout AlertForwardingCore) { client = newer.client }

    func items(of input: [PostedAlert], at _: Timestamp, isFailing _: Bool) -> [PostedAlert] {
        client.relabelled(input)
    }

    func send(_ alerts: [PostedAlert]) async -> ForwardingFailure? {
        do throws(AlertmanagerClient.Failure) {
            try await client.post(alerts)
            return nil
        } catch {
            return ForwardingFailure(
                isTemporary: error.isTemporary, retryAfter: error.retryAfter, reason: error.description)
        }
    }

    func noteDuration(_ duration: Duration) { metrics.latency.observe(duration) }

    func note(_ effect: ForwardingEffect<PostedAlert>) {
        switch effect {
        case .send: break
        case .taken(let alerts): metrics.sent.increment(by: Double(alerts.count))
        case .retried(let alerts): metrics.errors.increment(by: Double(alerts.count))
        case .refused(let alerts):
            metrics.errors.increment(by: Double(alerts.count))
            metrics.dropped.increment(by: Double(alerts.count))
        case .dropped(let alerts, _): metrics.dropped.increment(by: Double(alerts.count))
        }
    }

    func show(_ core: AlertForwardingCore) { metrics.waiting.set(Double(core.waiting)) }

    /// What an Alertmanager was not told it is told by the next life, which tells again what fires.
    func end(_: AlertForwardingCore, isGone: Bool) -> String? {
        if isGone { metrics.remove() }
        return nil
    }
}
