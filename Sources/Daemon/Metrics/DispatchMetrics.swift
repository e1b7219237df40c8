import Alerts
import Base

/// What is counted of deliveries and received alerts, under the names that Alertmanager's dashboards know.
struct DispatchMetrics: Sendable {
    private let notifications: MetricFamily<MetricCounter>
    private let failed: MetricFamily<MetricCounter>
    private let requests: MetricFamily<MetricCounter>
    private let failedRequests: MetricFamily<MetricCounter>
    private let latency: MetricFamily<MetricHistogram>
    private let received: MetricFamily<MetricCounter>
    private let invalid: MetricFamily<MetricCounter>

    init(_ registry: MetricsRegistry) {
        notifications = registry.counters(
            "alertmanager_notifications_total", "The total number of attempted notifications.", labels: ["integration"])
        failed = registry.counters(
            "alertmanager_notifications_failed_total", "The total number of failed notifications.",
            labels: ["integration", "reason"])
        requests = registry.counters(
            "alertmanager_notification_requests_total", "The total number of attempted notification requests.",
            labels: ["integration"])
        failedRequests = registry.counters(
            "alertmanager_notification_requests_failed_total", "The total number of failed notification requests.",
            labels: ["integration"])
        latency = registry.histograms(
            "alertmanager_notification_latency_seconds", "The latency of notifications in seconds.",
            buckets: [1, 5, 10, 15, 20], labels: ["integration"])
        received = registry.counters(
            "alertmanager_alerts_received_total", "The total number of received alerts.", labels: ["status", "version"])
        invalid = registry.counters(
            "alertmanager_alerts_invalid_total", "The total number of received alerts that were invalid.",
            labels: ["version"])
    }

    /// Counts one attempt to deliver.
    func delivered(_ job: NotificationJob, _ result: DeliveryResult, in duration: Duration) {
        let type = job.integration.type
        if job.attempt <= 1 { notifications.with(type).increment() }
        requests.with(type).increment()
        latency.with(type).observe(duration.seconds)
        switch result {
        case .delivered: break
        case .temporary, .permanent: failedRequests.with(type).increment()
        }
    }

    /// Counts a notification that was not taken, however often it was tried.
    func gaveUp(_ integration: IntegrationID, _ reason: DeliveryFailure.Reason) {
        failed.with(integration.type, reason.rawValue).increment()
    }

    /// Shows zeros of the integrations there are before anything happens, so that the first failure is a rise.
    func know(_ integrations: [IntegrationProfile]) {
        for type in Set(integrations.map(\.id.type)) {
            for family in [notifications, requests, failedRequests] { _ = family.with(type) }
            for reason in DeliveryFailure.Reason.allCases { _ = failed.with(type, reason.rawValue) }
            _ = latency.with(type)
        }
    }

    /// Counts alerts that did not come over HTTP, where they are counted already.
    func taken(_ posted: [PostedAlert], refused: Int, at now: Timestamp) {
        let over = posted.count { $0.endsAt.map { $0 <= now } ?? false }
        received.with("resolved", "v2").increment(by: Double(over))
        received.with("firing", "v2").increment(by: Double(posted.count - over))
        if refused > 0 { invalid.with("v2").increment(by: Double(refused)) }
    }
}
