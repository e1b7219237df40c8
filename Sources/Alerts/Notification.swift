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
        guard var common = sets.first else { return .empty }
        for other in sets.dropFirst() where !common.isEmpty { common = common.sharing(with: other) }
        return common
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
        let jobs = order(left, right, of: "job")
        if jobs != 0 { return jobs < 0 }
        let instances = order(left, right, of: "instance")
        if instances != 0 { return instances < 0 }
        return Labels.fewerFirst(left.alert.labels, right.alert.labels)
    }

    /// The alerts in this order; labels are looked up once for each alert.
    public static func sorted(_ alerts: [NotifiedAlert]) -> [NotifiedAlert] {
        if alerts.count < 3 { return alerts.sorted(by: comesBefore) }
        var keyed = alerts.map { (job: $0.alert.labels["job"], instance: $0.alert.labels["instance"], alert: $0) }
        keyed.sort { left, right in
            if left.job != right.job { return order(left.job, right.job) }
            if left.instance != right.instance { return order(left.instance, right.instance) }
            return Labels.fewerFirst(left.alert.alert.labels, right.alert.alert.labels)
        }
        return keyed.map(\.alert)
    }

    /// Whether the first of two different values comes first; none comes last.
    private static func order(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left != nil }
        return left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    /// By the value of a label, those without it last: negative, zero or positive.
    private static func order(_ left: NotifiedAlert, _ right: NotifiedAlert, of name: String) -> Int {
        left.alert.labels.withValue(of: name) { a in
            right.alert.labels.withValue(of: name) { b in
                if a.isEmpty || b.isEmpty { return (a.isEmpty ? 1 : 0) - (b.isEmpty ? 1 : 0) }
                return Labels.order(a, b)
            }
        }
    }
}
