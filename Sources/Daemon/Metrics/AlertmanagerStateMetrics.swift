import Base
import Dispatching
import TimeSeries

/// What the dispatcher has in hand and is configured to, under the names that Alertmanager's dashboards and rules know.
///
/// - Source: names, labels and meanings as observed on Alertmanager 0.33.1.
struct AlertmanagerStateMetrics: Sendable {
    private let alerts: MetricFamily<MetricGauge>
    private let resolved: MetricGauge
    private let silences: MetricFamily<MetricGauge>
    private let groups: MetricGauge
    private let receivers: MetricGauge
    private let integrations: MetricGauge
    private let inhibitionRules: MetricGauge
    private let configurationHash: MetricGauge

    init(_ registry: MetricsRegistry) {
        alerts = registry.gauges("alertmanager_alerts", "How many alerts by state.", labels: ["state"])
        resolved = registry.gauge(
            "ruleval_alerts_resolved", "How many alerts have ended and are still remembered.")
        silences = registry.gauges("alertmanager_silences", "How many silences by state.", labels: ["state"])
        groups = registry.gauge(
            "alertmanager_dispatcher_aggregation_groups", "Number of active aggregation groups.")
        receivers = registry.gauge("alertmanager_receivers", "Number of configured receivers.")
        integrations = registry.gauge("alertmanager_integrations", "Number of configured integrations.")
        inhibitionRules = registry.gauge("alertmanager_inhibition_rules", "Number of configured inhibition rules.")
        configurationHash = registry.gauge(
            "alertmanager_config_hash", "Hash of the currently loaded configuration.")
        // One process alone, which rules about clusters take for a cluster in which nobody is missing.
        registry.gauge("alertmanager_cluster_enabled", "Whether there is a cluster.").set(0)
        registry.gauge("alertmanager_cluster_members", "Current number of members in the cluster.").set(1)
        registry.gauge("alertmanager_cluster_health_score", "Health of the cluster; 0 is well.").set(0)
        registry.gauges(
            "alertmanager_build_info", "What was built: the value is always 1.", labels: ["version", "goversion"]
        ).with(Version.number, "swift").set(1)
    }

    /// Sets everything, before an exposition.
    func show(_ counts: DispatchCounts, _ configuration: DispatchConfiguration, text: String) {
        alerts.with("active").set(Double(counts.active))
        alerts.with("suppressed").set(Double(counts.suppressed))
        alerts.with("unprocessed").set(0)
        resolved.set(Double(counts.resolved))
        for state in Silence.State.allCases {
            silences.with(state.rawValue).set(Double(counts.silences[state] ?? 0))
        }
        groups.set(Double(counts.groups))
        receivers.set(Double(configuration.receivers.count))
        integrations.set(Double(configuration.receivers.values.reduce(0) { $0 + $1.count }))
        inhibitionRules.set(Double(configuration.inhibitRules.count))
        // 48 bits, which a floating point number holds exactly.
        let hash = Array(text.utf8).withUnsafeBytes { StableHash.hash($0) }
        configurationHash.set(Double(hash >> 16))
    }
}
