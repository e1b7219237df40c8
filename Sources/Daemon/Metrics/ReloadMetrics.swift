import Base

/// Whether the configuration on disk is the one in force, under the names of all three programs.
struct ReloadMetrics: Sendable {
    private let successful: [MetricGauge]
    private let times: [MetricGauge]

    init(_ registry: MetricsRegistry) {
        let programs = ["prometheus", "alertmanager", "ruleval"]
        successful = programs.map {
            registry.gauge(
                "\($0)_config_last_reload_successful", "Whether the last configuration reload attempt was successful.")
        }
        times = programs.map {
            registry.gauge(
                "\($0)_config_last_reload_success_timestamp_seconds",
                "Timestamp of the last successful configuration reload.")
        }
    }

    /// Whether the last attempt worked, and since when its configuration, or the one before, is in force.
    var last: (worked: Bool, inForceSince: Timestamp) {
        (successful.first?.value == 1, Timestamp(seconds: times.first?.value ?? 0))
    }

    /// Notes an attempt; the first load counts.
    func note(worked: Bool, at time: Timestamp) {
        for gauge in successful { gauge.set(worked ? 1 : 0) }
        if worked { for gauge in times { gauge.set(time.seconds) } }
    }
}
