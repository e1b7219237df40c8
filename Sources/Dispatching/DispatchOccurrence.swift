import Alerts
import Base
import TimeSeries

/// Something that happened and that an event recorder writes down.
public enum DispatchOccurrence: Sendable {
    /// An alert that was not known.
    case alertCreated(Alert)
    /// An alert was put into a group for the first time, or has ended there.
    case alertGrouped(Alert, Group)
    /// An ended alert of which everybody was told has left its group.
    case alertResolved(Alert, Group)
    /// An integration took a notification; `muted` are the alerts of the group that were kept from it.
    case notified(NotificationJob, Group, muted: [Labels], repeatInterval: Duration)
    /// A silence is new.
    case silenceCreated(Silence)
    /// A silence was changed in place or ended.
    case silenceUpdated(Silence)
    /// A silence keeps an alert from being sent.
    case silenced(Alert, by: Silence)
    /// Firing alerts keep an alert from being sent.
    case inhibited(Alert, rule: InhibitRule, by: [Fingerprint])

    /// The group that an alert is in.
    public struct Group: Sendable {
        /// The group's key.
        public let key: GroupKey
        /// The labels its alerts share.
        public let labels: Labels
        /// The receiver of its route.
        public let receiver: String
    }
}

extension DispatchCore {
    /// Notes what happened where the configuration asks for it.
    func record(_ occurrence: @autoclosure () -> DispatchOccurrence, _ effects: inout [DispatchEffect]) {
        if configuration.recordsEvents { effects.append(.record(occurrence())) }
    }

    /// A group as events name it.
    func occurrenceGroup(_ group: AggregationGroup) -> DispatchOccurrence.Group {
        .init(
            key: group.key, labels: group.identity.labels, receiver: configuration.tree.routes[group.route].receiver)
    }

    /// Notes what keeps alerts of a group from being sent.
    mutating func recordMuting(of alert: Alert, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard configuration.recordsEvents else { return }
        for id in silencedBy(alert, at: now) {
            if let silence = silences.silences[id] { effects.append(.record(.silenced(alert, by: silence))) }
        }
        if let (rule, sources) = inhibition(of: alert, at: now) {
            effects.append(.record(.inhibited(alert, rule: rule, by: sources)))
        }
    }
}
