import Alerts
import Base

/// What each integration was last told of each group.
struct NotificationLog: Sendable {
    private(set) var entries: [GroupKey: [IntegrationID: NotificationLogEntry]] = [:]

    mutating func restore(_ all: [NotificationLogEntry]) {
        for entry in all { entries[entry.groupKey, default: [:]][entry.integration] = entry }
    }

    mutating func record(_ entry: NotificationLogEntry) {
        entries[entry.groupKey, default: [:]][entry.integration] = entry
    }

    /// Whether some integration was last told that this alert fires.
    func tellsFiring(_ fingerprint: Fingerprint, in key: GroupKey) -> Bool {
        entries[key]?.values.contains { $0.firing.containsSorted(fingerprint) } ?? false
    }

    /// Whether some integration was last told that something fires.
    func tellsFiring(in key: GroupKey) -> Bool { entries[key]?.values.contains { !$0.firing.isEmpty } ?? false }

    /// Why `integration` must be told of this state; nil when it knows. The sets are sorted.
    func reason(
        for integration: IntegrationProfile, group key: GroupKey, firing: [Fingerprint], resolved: [Fingerprint],
        repeatInterval: Duration, at now: Timestamp
    ) -> Notification.Reason? {
        guard let entry = entries[key]?[integration.id] else { return firing.isEmpty ? nil : .firstNotification }
        if !entry.firing.coversSorted(firing) { return entry.firing.isEmpty ? .firstNotification : .newAlertsAdded }
        if firing.isEmpty { return entry.firing.isEmpty ? nil : .allAlertsResolved }
        if integration.sendsResolved, !entry.resolved.coversSorted(resolved) { return .someAlertsResolved }
        return entry.at < now - repeatInterval ? .repeatInterval : nil
    }

    /// Forgets what has expired, but for groups that are still there: they may owe somebody the end.
    mutating func removeExpired(at now: Timestamp, except live: Set<GroupKey>) -> [(GroupKey, IntegrationID)] {
        var removed: [(GroupKey, IntegrationID)] = []
        for (key, told) in entries where !live.contains(key) {
            for (integration, entry) in told where entry.expiresAt <= now {
                removed.append((key, integration))
                entries[key]?[integration] = nil
            }
            if entries[key]?.isEmpty == true { entries[key] = nil }
        }
        return removed.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    }
}

extension [Fingerprint] {
    /// Whether a sorted list has `wanted`. O(log n).
    func containsSorted(_ wanted: Fingerprint) -> Bool {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == wanted
    }

    /// Whether a sorted list has all of another sorted list. O(n + m).
    func coversSorted(_ others: [Fingerprint]) -> Bool {
        var index = 0
        for wanted in others {
            while index < count, self[index] < wanted { index += 1 }
            if index == count || self[index] != wanted { return false }
        }
        return true
    }
}
