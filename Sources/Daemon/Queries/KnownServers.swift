import Base
import HTTPTransport
import PrometheusAPI
internal import Synchronization

/// What was found out of servers: once for each, whatever is reloaded, told in the log and by a metric.
final class KnownServers: Sendable {
    private let known = Mutex<[HTTPURL: ServerKnowledge]>([:])
    private let remoteRead: MetricFamily<MetricGauge>
    private let log: Log

    init(_ registry: MetricsRegistry, log: Log) {
        remoteRead = registry.gauges(
            "ruleval_datasource_remote_read",
            "Whether the server offers remote read; without it floats come by range selectors, and what needs "
                + "staleness or native histograms is asked of the server.",
            labels: ["server"])
        self.log = log
    }

    /// The samples of the server that `client` asks.
    func source(_ client: PrometheusClient) -> PrometheusSource {
        let host = client.host
        let knowledge = known.withLock { known in
            if let found = known[client.settings.url] { return found }
            let fresh = ServerKnowledge(
                found: { [remoteRead, log] fidelity in
                    remoteRead.with(host).set(fidelity == .whole ? 1 : 0)
                    if fidelity == .whole { log.write(.info, "server offers remote read", ["server": host]) }
                },
                notice: { [log] text in log.write(.warn, text, ["server": host]) })
            known[client.settings.url] = fresh
            return fresh
        }
        return PrometheusSource(client, knowledge: knowledge)
    }
}
