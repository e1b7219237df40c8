import Base
import TimeSeries

/// The life cycle of one alerting rule's alerts: what an evaluation's samples change.
///
/// - Source: prometheus/prometheus rules/alerting.go as observed from outside; the alert generator specification.
public struct AlertingRuleCore: Sendable {
    /// How long an alert that is over is kept, so that receivers that missed its end hear of it.
    public static let resolvedRetention = Duration.seconds(15 * 60)

    /// `for`.
    public var holdDuration: Duration
    /// `keep_firing_for`.
    public var keepFiringFor: Duration
    /// The group's `limit`; 0 is none.
    public var limit: Int
    /// All instances, those that are over included, by their labels.
    public private(set) var alerts: [Labels: ActiveAlert]

    /// A rule without alerts, or with those of an earlier life.
    public init(holdDuration: Duration, keepFiringFor: Duration, limit: Int = 0, alerts: [ActiveAlert] = []) {
        self.holdDuration = holdDuration
        self.keepFiringFor = keepFiringFor
        self.limit = limit
        self.alerts = Dictionary(alerts.map { ($0.labels, $0) }, uniquingKeysWith: { $1 })
    }

    /// The highest state of any alert.
    public var state: AlertState { alerts.values.map(\.state).max() ?? .inactive }

    /// Pending and firing alerts, sorted by labels.
    public var active: [ActiveAlert] {
        alerts.values.filter { $0.state != .inactive }.sorted { $0.labels < $1.labels }
    }

    /// Which alerts changed in a way that must survive a restart.
    public struct Changes: Equatable, Sendable {
        /// Began, fired, ended, or were kept firing.
        public var updated: [ActiveAlert] = []
        /// Are forgotten.
        public var removed: [Labels] = []

        /// Whether nothing changed.
        public var isEmpty: Bool { updated.isEmpty && removed.isEmpty }
    }

    /// Takes the samples of the evaluation at `time`: a sample begins or prolongs its alert, an alert without one ends.
    ///
    /// - Throws: ``RuleFailure/duplicateLabels(isAlert:)``, and then nothing has changed;
    ///   ``RuleFailure/tooManyAlerts(limit:count:)``, and then all alerts are dropped, as in Prometheus.
    public mutating func apply(_ samples: [AlertSample], at time: Timestamp) throws(RuleFailure) -> Changes {
        var seen = Set<Labels>(minimumCapacity: samples.count)
        for sample in samples where !seen.insert(sample.labels).inserted { throw .duplicateLabels(isAlert: true) }

        let before = alerts
        for sample in samples {
            if var alert = alerts[sample.labels], alert.state != .inactive {
                alert.value = sample.value
                alert.annotations = sample.annotations
                alerts[sample.labels] = alert
            } else {
                alerts[sample.labels] = ActiveAlert(
                    labels: sample.labels, annotations: sample.annotations, value: sample.value, activeAt: time)
            }
        }
        for labels in Array(alerts.keys) { step(labels, holds: seen.contains(labels), at: time) }

        let count = alerts.values.count { $0.state != .inactive }
        if limit > 0, count > limit {
            alerts = [:]
            throw .tooManyAlerts(limit: limit, count: count)
        }
        return changes(since: before)
    }

    /// Puts an alert of an earlier life in.
    mutating func insert(_ alert: ActiveAlert) { alerts[alert.labels] = alert }

    private mutating func step(_ labels: Labels, holds: Bool, at time: Timestamp) {
        guard var alert = alerts[labels] else { return }
        if holds {
            alert.keepFiringSince = nil
            if alert.state == .pending, time - alert.activeAt >= holdDuration {
                alert.state = .firing
                alert.firedAt = time
            }
            alerts[labels] = alert
            return
        }
        switch alert.state {
        case .pending: alerts[labels] = nil
        case .inactive:
            if let resolvedAt = alert.resolvedAt, time - resolvedAt > Self.resolvedRetention { alerts[labels] = nil }
        case .firing:
            if keepFiringFor > .zero {
                let since = alert.keepFiringSince ?? time
                alert.keepFiringSince = since
                if time - since < keepFiringFor {
                    alerts[labels] = alert
                    return
                }
            }
            alert.state = .inactive
            alert.resolvedAt = time
            alerts[labels] = alert
        }
    }

    private func changes(since before: [Labels: ActiveAlert]) -> Changes {
        var changes = Changes()
        for (labels, alert) in alerts where before[labels]?.transition != alert.transition {
            changes.updated.append(alert)
        }
        for labels in before.keys where alerts[labels] == nil { changes.removed.append(labels) }
        changes.updated.sort { $0.labels < $1.labels }
        changes.removed.sort()
        return changes
    }

    /// The alerts to hand on at `time`: firing or over, and not sent within `resendDelay` unless they just ended.
    ///
    /// Firing ones are valid for four times the longer of `interval` and `resendDelay`.
    public mutating func takeDue(at time: Timestamp, interval: Duration, resendDelay: Duration) -> [ActiveAlert] {
        var due: [ActiveAlert] = []
        for var alert in alerts.values where needsSending(alert, at: time, resendDelay: resendDelay) {
            alert.lastSentAt = time
            alert.validUntil = time + max(interval, resendDelay) * 4
            alerts[alert.labels] = alert
            due.append(alert)
        }
        return due.sorted { $0.labels < $1.labels }
    }

    private func needsSending(_ alert: ActiveAlert, at time: Timestamp, resendDelay: Duration) -> Bool {
        if alert.state == .pending { return false }
        if let resolvedAt = alert.resolvedAt, time - resolvedAt > Self.resolvedRetention { return false }
        guard let sent = alert.lastSentAt else { return true }
        if let resolvedAt = alert.resolvedAt, resolvedAt > sent { return true }
        return sent + resendDelay < time
    }
}
