import YAML

/// What a YAML file is, judged by its content.
public enum FileKind: String, Hashable, Sendable {
    /// Prometheus' rule file; also an empty file.
    case rules
    /// ruleval.yml or alertmanager.yml.
    case configuration
    /// promtool's unit test.
    case unitTest
    /// A Kubernetes object; a PrometheusRule has a rule file under `spec`.
    case kubernetes
    /// Prometheus' own configuration.
    case prometheusConfiguration

    /// The kind of the file with this content; whatever has no telling key is a rule file.
    public init(of root: YAMLNode?) {
        let keys = Set((root?.mapping ?? []).compactMap(\.key.scalar?.text))
        if keys.contains("groups") {
            self = .rules
        } else if keys.contains("tests") || keys.contains("group_eval_order") || keys.contains("fuzzy_compare") {
            self = .unitTest
        } else if keys.contains("apiVersion"), keys.contains("kind") {
            self = .kubernetes
        } else if !keys.isDisjoint(with: Self.prometheusKeys) {
            self = .prometheusConfiguration
        } else if !keys.isDisjoint(with: Self.configurationKeys) {
            self = .configuration
        } else {
            self = .rules
        }
    }

    private static let prometheusKeys: Set<String> = [
        "scrape_configs", "scrape_config_files", "remote_read", "alerting", "storage", "otlp", "runtime",
    ]

    private static let configurationKeys: Set<String> = [
        "route", "receivers", "inhibit_rules", "templates", "time_intervals", "mute_time_intervals", "global",
        "datasource", "rule_files", "evaluation_interval", "resend_delay", "for_grace_period", "for_outage_tolerance",
        "external_url", "external_labels", "features", "remote_write", "alertmanagers", "self_watch", "heartbeats",
        "probes", "digests", "reports", "escalation_policies", "schedules", "correlation", "tracing",
    ]
}
