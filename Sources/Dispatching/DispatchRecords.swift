import Alerts
import Base
import TimeSeries

/// An alert as it is stored.
public struct AlertRecord: Hashable, Sendable {
    /// The alert; its fingerprint is the key.
    public var alert: Alert

    /// A record.
    public init(alert: Alert) { self.alert = alert }
}

/// The timer of an aggregation group as it is stored.
public struct GroupRecord: Hashable, Sendable {
    /// The route's identifier; with the labels it is the key.
    public var routeID: String
    /// The labels the group's alerts share.
    public var groupLabels: Labels
    /// When it is due.
    public var nextFlush: Timestamp
    /// Whether `group_wait` is behind it.
    public var hasFlushed: Bool
    /// Whether notifications of its last flush may still be under way.
    public var isFlushing: Bool

    /// A record.
    public init(routeID: String, groupLabels: Labels, nextFlush: Timestamp, hasFlushed: Bool, isFlushing: Bool) {
        self.routeID = routeID
        self.groupLabels = groupLabels
        self.nextFlush = nextFlush
        self.hasFlushed = hasFlushed
        self.isFlushing = isFlushing
    }
}

/// What one integration was last told of one group, as it is stored.
public struct NotificationLogEntry: Hashable, Sendable {
    /// The group; with the integration it is the key.
    public var groupKey: GroupKey
    /// The integration.
    public var integration: IntegrationID
    /// When the other side took it.
    public var at: Timestamp
    /// The alerts that fired, sorted.
    public var firing: [Fingerprint]
    /// The alerts that had ended, sorted.
    public var resolved: [Fingerprint]
    /// When the entry may be forgotten.
    public var expiresAt: Timestamp

    /// An entry.
    public init(
        groupKey: GroupKey, integration: IntegrationID, at: Timestamp, firing: [Fingerprint], resolved: [Fingerprint],
        expiresAt: Timestamp
    ) {
        self.groupKey = groupKey
        self.integration = integration
        self.at = at
        self.firing = firing
        self.resolved = resolved
        self.expiresAt = expiresAt
    }
}

/// A silence as it is stored.
public struct SilenceRecord: Hashable, Sendable {
    /// The silence; its identifier is the key.
    public var silence: Silence

    /// A record.
    public init(silence: Silence) { self.silence = silence }
}

/// One change of durable state.
public enum DispatchRecord: Hashable, Sendable {
    /// Stores or replaces an alert.
    case alert(AlertRecord)
    /// Forgets an alert.
    case removeAlert(Fingerprint)
    /// Stores or replaces a group's timer.
    case group(GroupRecord)
    /// Forgets a group's timer.
    case removeGroup(routeID: String, groupLabels: Labels)
    /// Stores or replaces what an integration was told.
    case log(NotificationLogEntry)
    /// Forgets what an integration was told.
    case removeLog(GroupKey, IntegrationID)
    /// Stores or replaces a silence.
    case silence(SilenceRecord)
    /// Forgets a silence.
    case removeSilence(String)
}

/// All durable state: what a restart begins with.
public struct DispatchSnapshot: Sendable {
    /// All stored alerts.
    public var alerts: [AlertRecord]
    /// All stored timers.
    public var groups: [GroupRecord]
    /// The notification log.
    public var log: [NotificationLogEntry]
    /// All stored silences.
    public var silences: [SilenceRecord]

    /// A snapshot, empty unless said otherwise.
    public init(
        alerts: [AlertRecord] = [], groups: [GroupRecord] = [], log: [NotificationLogEntry] = [],
        silences: [SilenceRecord] = []
    ) {
        self.alerts = alerts
        self.groups = groups
        self.log = log
        self.silences = silences
    }

    /// This state after `record`. O(n): for tests and small tools; a store does it by key.
    public mutating func apply(_ record: DispatchRecord) {
        switch record {
        case .alert(let record):
            alerts.removeAll { $0.alert.fingerprint == record.alert.fingerprint }
            alerts.append(record)
        case .removeAlert(let fingerprint): alerts.removeAll { $0.alert.fingerprint == fingerprint }
        case .group(let record):
            groups.removeAll { $0.routeID == record.routeID && $0.groupLabels == record.groupLabels }
            groups.append(record)
        case .removeGroup(let routeID, let labels):
            groups.removeAll { $0.routeID == routeID && $0.groupLabels == labels }
        case .log(let entry):
            log.removeAll { $0.groupKey == entry.groupKey && $0.integration == entry.integration }
            log.append(entry)
        case .removeLog(let key, let integration):
            log.removeAll { $0.groupKey == key && $0.integration == integration }
        case .silence(let record):
            silences.removeAll { $0.silence.id == record.silence.id }
            silences.append(record)
        case .removeSilence(let id): silences.removeAll { $0.silence.id == id }
        }
    }
}
