import Base
import PrometheusAPI

/// What is counted of the source's addresses.
struct DatasourceMetrics: Sendable {
    private let up: MetricFamily<MetricGauge>
    private let requests: MetricFamily<MetricCounter>
    private let failures: MetricFamily<MetricCounter>
    private let latency: MetricFamily<MetricGauge>

    init(_ registry: MetricsRegistry) {
        up = registry.gauges(
            "ruleval_datasource_up", "1 while an address of the datasource answers, else 0.", labels: ["url"])
        requests = registry.counters(
            "ruleval_datasource_requests_total", "Questions to an address of the datasource.", labels: ["url"])
        failures = registry.counters(
            "ruleval_datasource_failures_total", "Questions that an address of the datasource failed to answer.",
            labels: ["url"])
        latency = registry.gauges(
            "ruleval_datasource_latency_seconds", "How long answers take, averaged over about the last ten.",
            labels: ["url"])
    }

    /// Sets what is known of each address and forgets those that are gone.
    func show(_ health: [ServerPool.Health]) {
        let urls = Set(health.map(\.url))
        let isGone: ([String]) -> Bool = { $0.first.map { !urls.contains($0) } ?? true }
        for family in [up, latency] { family.remove(where: isGone) }
        for family in [requests, failures] { family.remove(where: isGone) }
        for one in health {
            up.with(one.url).set(one.isUp ? 1 : 0)
            requests.with(one.url).raise(to: Double(one.requests))
            failures.with(one.url).raise(to: Double(one.failures))
            latency.with(one.url).set(one.latency.seconds)
        }
    }
}
