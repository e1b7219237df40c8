import Base
import TimeSeries

/// One message to one receiver about one aggregation group: what receivers and their templates see.
public struct Notification: Hashable, Sendable {
    /// The receiver's name as configured.
    public var receiver: String
    /// The group's key.
    public var groupKey: GroupKey
    /// The labels that the group's alerts share by `group_by`.
    public var groupLabels: Labels
    /// The labels of the route, empty when it has none.
    public var routeLabels: Labels
    /// The alerts, sorted as Alertmanager sends them.
    public var alerts: [NotifiedAlert]
    /// How many alerts `max_alerts` cut off.
    public var truncatedAlerts: Int
    /// This installation's own address.
    public var externalURL: String
    /// Why it is sent.
    public var reason: Reason
    /// When the group was flushed.
    public var at: Timestamp

    /// A notification; alerts are taken in the given order.
    public init(
        receiver: String, groupKey: GroupKey, groupLabels: Labels, routeLabels: Labels = .empty,
        alerts: [NotifiedAlert], truncatedAlerts: Int = 0, externalURL: String, reason: Reason = .firstNotification,
        at: Timestamp
    ) {
        self.receiver = receiver
        self.groupKey = groupKey
        self.groupLabels = groupLabels
        self.routeLabels = routeLabels
        self.alerts = alerts
        self.truncatedAlerts = truncatedAlerts
        self.externalURL = externalURL
        self.reason = reason
        self.at = at
    }

    /// Why a notification is sent.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        case firstNotification = "first notification"
        case newAlertsAdded = "new alerts added"
        case someAlertsResolved = "some alerts resolved"
        case allAlertsResolved = "all alerts resolved"
        case repeatInterval = "repeat interval elapsed"
        /// A step of an escalation policy.
        case escalation = "incident not acknowledged"
    }

    /// Firing when any alert fires.
    public var status: AlertStatus { alerts.contains { $0.status == .firing } ? .firing : .resolved }

    /// The labels that all alerts have with the same value.
    public var commonLabels: Labels { Self.common(alerts.map(\.alert.labels)) }

    /// The annotations that all alerts have with the same value; one that is absent counts as empty.
    public var commonAnnotations: Labels { Self.common(alerts.map(\.alert.annotations)) }

    /// The same without the alerts behind the first `limit`; 0 means no limit.
    public func truncated(to limit: Int) -> Notification {
        guard limit > 0, alerts.count > limit else { return self }
        var copy = self
        copy.truncatedAlerts = alerts.count - limit
        copy.alerts = Array(alerts.prefix(limit))
        return copy
    }

    /// The same without resolved alerts, which `send_resolved: false` asks for.
    public var withoutResolved: Notification {
        var copy = self
        copy.alerts.removeAll { $0.status == .resolved }
        return copy
    }

    private static func common(_ sets: [Labels]) -> Labels {
        guard let first = sets.first else { return .empty }
        let rest = sets.dropFirst()
        return Labels(
            keepingEmpty: first.filter { pair in rest.allSatisfy { $0.value(of: pair.name) == pair.value } }
                .map { ($0.name, $0.value) })
    }
}

/// An alert inside a notification, with the status it had when its group was flushed.
public struct NotifiedAlert: Hashable, Sendable {
    /// The alert.
    public var alert: Alert
    /// Its status at the flush, whatever happens while it is sent.
    public var status: AlertStatus

    /// An alert with a status.
    public init(_ alert: Alert, status: AlertStatus) {
        self.alert = alert
        self.status = status
    }

    /// When it ended; ``Alert/unsetTime`` while it fires, whatever its time-out.
    public var endsAt: Timestamp { status == .resolved ? alert.endsAt : Alert.unsetTime }

    /// Sorted as messages show them: by job, then instance, those without last; then by all labels, fewer first.
    ///
    /// - Source: observed on Alertmanager 0.33.1.
    public static func comesBefore(_ left: NotifiedAlert, _ right: NotifiedAlert) -> Bool {
        for name in ["job", "instance"] {
            switch (left.alert.labels[name], right.alert.labels[name]) {
            case (let a?, let b?):
                if a != b { return a.utf8.lexicographicallyPrecedes(b.utf8) }
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil): break
            }
        }
        return Labels.fewerFirst(left.alert.labels, right.alert.labels)
    }
}
