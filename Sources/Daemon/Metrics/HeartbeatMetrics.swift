import Base
import Probes

/// What is counted of heartbeats.
struct HeartbeatMetrics: Sendable {
    /// Beats that a receiver took, by receiver.
    let sent: MetricFamily<MetricCounter>
    /// Beats that it did not take.
    let failed: MetricFamily<MetricCounter>
    /// Beats that did not leave because something does not work.
    let withheld: MetricFamily<MetricCounter>
    private let last: MetricFamily<MetricGauge>
    private let missing: MetricFamily<MetricGauge>

    init(_ registry: MetricsRegistry) {
        sent = registry.counters(
            "ruleval_heartbeats_sent_total", "Outgoing heartbeats that were delivered.", labels: ["receiver"])
        failed = registry.counters(
            "ruleval_heartbeats_failed_total", "Outgoing heartbeats that were not delivered.", labels: ["receiver"])
        withheld = registry.counters(
            "ruleval_heartbeats_withheld_total",
            "Looks at an outgoing heartbeat that was due and did not leave, as evaluation or delivery did not work.",
            labels: ["receiver"])
        last = registry.gauges(
            "ruleval_heartbeat_last_timestamp_seconds", "When the last heartbeat came in; 0 before the first.",
            labels: ["heartbeat"])
        missing = registry.gauges(
            "ruleval_heartbeat_missing", "1 while a heartbeat that should come in does not, else 0.",
            labels: ["heartbeat"])
    }

    /// Shows the incoming heartbeats as they are now.
    func show(_ statuses: [HeartbeatCore.Status]) {
        let names = Set(statuses.map(\.settings.name))
        for family in [last, missing] { family.remove { $0.first.map { !names.contains($0) } ?? true } }
        for status in statuses {
            last.with(status.settings.name).set(status.record.last?.seconds ?? 0)
            missing.with(status.settings.name).set(status.record.isMissing ? 1 : 0)
        }
    }
}
