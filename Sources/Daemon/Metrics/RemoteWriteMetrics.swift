import Base
import PrometheusAPI

/// What is counted of remote write, under Prometheus' names.
struct RemoteWriteMetrics: Sendable {
    private static let labels = ["remote_name", "url"]

    private let samplesIn: MetricCounter
    private let highest: MetricGauge
    private let sent: MetricFamily<MetricCounter>
    private let failed: MetricFamily<MetricCounter>
    private let retried: MetricFamily<MetricCounter>
    private let dropped: MetricFamily<MetricCounter>
    private let pending: MetricFamily<MetricGauge>
    private let pendingBytes: MetricFamily<MetricGauge>
    private let capacity: MetricFamily<MetricGauge>
    private let highestQueued: MetricFamily<MetricGauge>
    private let highestSent: MetricFamily<MetricGauge>
    private let duration: MetricFamily<MetricHistogram>

    init(_ registry: MetricsRegistry) {
        let prefix = "prometheus_remote_storage_"
        samplesIn = registry.counter(
            prefix + "samples_in_total", "Samples in to remote storage, compare to samples out for queue managers.")
        highest = registry.gauge(
            prefix + "highest_timestamp_in_seconds", "Highest timestamp that has come into the remote storage.")
        sent = registry.counters(
            prefix + "samples_total", "The total number of samples sent to remote storage.", labels: Self.labels)
        failed = registry.counters(
            prefix + "samples_failed_total",
            "The total number of samples which failed on send to remote storage, non-recoverable errors.",
            labels: Self.labels)
        retried = registry.counters(
            prefix + "samples_retried_total",
            "The total number of samples which failed on send to remote storage but were retried because the send error was recoverable.",
            labels: Self.labels)
        dropped = registry.counters(
            prefix + "samples_dropped_total",
            "The total number of samples which were dropped before being sent: by relabelling, or because the queue was full, or by age.",
            labels: Self.labels + ["reason"])
        pending = registry.gauges(
            prefix + "samples_pending", "The number of samples pending to be sent to the remote storage.",
            labels: Self.labels)
        pendingBytes = registry.gauges(
            "ruleval_remote_write_pending_bytes", "Bytes of the samples that wait in memory or in the log.",
            labels: Self.labels)
        capacity = registry.gauges(
            "ruleval_remote_write_log_capacity_bytes", "Bytes of samples that may wait.", labels: Self.labels)
        highestQueued = registry.gauges(
            prefix + "queue_highest_timestamp_seconds", "Timestamp of the newest sample that was queued.",
            labels: Self.labels)
        highestSent = registry.gauges(
            prefix + "queue_highest_sent_timestamp_seconds", "Timestamp of the newest sample that was sent.",
            labels: Self.labels)
        duration = registry.histograms(
            prefix + "sent_batch_duration_seconds", "Duration of send calls to the remote storage.",
            labels: Self.labels)
    }

    /// Counts samples of rules.
    func recorded(_ samples: [RemoteWriteSample]) {
        samplesIn.increment(by: Double(samples.count))
        if let newest = samples.map(\.timestamp).max() { highest.set(newest.seconds) }
    }

    /// The metrics of one target.
    func target(name: String, url: String, _ limits: RemoteWriteQueueCore.Limits) -> Target {
        let values = [name, url]
        capacity.with(values).set(Double(limits.maximumBytes))
        return Target(
            sent: sent.with(values), failed: failed.with(values), retried: retried.with(values),
            dropped: { [dropped] reason, count in dropped.with(values + [reason]).increment(by: Double(count)) },
            pending: pending.with(values), pendingBytes: pendingBytes.with(values),
            highestQueued: highestQueued.with(values),
            highestSent: highestSent.with(values), duration: duration.with(values),
            remove: {
                let isMine: ([String]) -> Bool = { Array($0.prefix(2)) == values }
                for family in [sent, failed, retried, dropped] { family.remove(where: isMine) }
                for family in [pending, pendingBytes, capacity, highestQueued, highestSent] {
                    family.remove(where: isMine)
                }
                duration.remove(where: isMine)
            })
    }

    /// The metrics of one target.
    struct Target: Sendable {
        let sent: MetricCounter
        let failed: MetricCounter
        let retried: MetricCounter
        let dropped: @Sendable (_ reason: String, _ count: Int) -> Void
        let pending: MetricGauge
        let pendingBytes: MetricGauge
        let highestQueued: MetricGauge
        let highestSent: MetricGauge
        let duration: MetricHistogram
        /// Forgets the target's series.
        let remove: @Sendable () -> Void

        func queued(_ newest: Timestamp) { highestQueued.set(newest.seconds) }

        func taken(_ blocks: [RemoteWriteBlock]) {
            sent.increment(by: Double(blocks.reduce(0) { $0 + $1.samples }))
            if let newest = blocks.map(\.newest).max() { highestSent.set(newest.seconds) }
        }

        func filtered(_ count: Int) { if count > 0 { dropped("dropped_series", count) } }
        func lost(_ blocks: [RemoteWriteBlock]) { dropped("not_in_log", blocks.reduce(0) { $0 + $1.samples }) }
    }
}
