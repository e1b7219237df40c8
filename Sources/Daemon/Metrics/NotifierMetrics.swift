import Base
import Receivers

/// What is counted of alerts on their way to `alertmanagers`, under Prometheus' names.
struct NotifierMetrics: Sendable {
    /// How many targets there are.
    let known: MetricGauge
    private let sent: MetricFamily<MetricCounter>
    private let errors: MetricFamily<MetricCounter>
    private let dropped: MetricFamily<MetricCounter>
    private let waiting: MetricFamily<MetricGauge>
    private let capacity: MetricFamily<MetricGauge>
    private let latency: MetricFamily<MetricSummary>

    init(_ registry: MetricsRegistry) {
        let labels = ["alertmanager"]
        let prefix = "prometheus_notifications_"
        known = registry.gauge(
            prefix + "alertmanagers_discovered", "The number of alertmanagers discovered and active.")
        sent = registry.counters(prefix + "sent_total", "Total number of alerts sent.", labels: labels)
        errors = registry.counters(
            prefix + "errors_total", "Total number of sent alerts affected by errors.", labels: labels)
        dropped = registry.counters(
            prefix + "dropped_total", "Total number of alerts dropped due to errors when sending to Alertmanager.",
            labels: labels)
        waiting = registry.gauges(
            prefix + "queue_length", "The number of alert notifications in the queue.", labels: labels)
        capacity = registry.gauges(
            prefix + "queue_capacity", "The capacity of the alert notifications queue.", labels: labels)
        latency = registry.summaries(
            prefix + "latency_seconds", "Latency quantiles for sending alert notifications.", labels: labels)
    }

    /// The metrics of one target.
    func target(url: String) -> Target {
        capacity.with(url).set(Double(AlertForwardingCore.Limits().capacity))
        return Target(
            sent: sent.with(url), errors: errors.with(url), dropped: dropped.with(url), waiting: waiting.with(url),
            latency: latency.with(url),
            remove: {
                for family in [sent, errors, dropped] { family.remove { $0 == [url] } }
                for family in [waiting, capacity] { family.remove { $0 == [url] } }
                latency.remove { $0 == [url] }
            })
    }

    /// The metrics of one target.
    struct Target: Sendable {
        let sent: MetricCounter
        let errors: MetricCounter
        let dropped: MetricCounter
        let waiting: MetricGauge
        let latency: MetricSummary
        /// Forgets the target's series.
        let remove: @Sendable () -> Void
    }
}
