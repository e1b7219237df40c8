import Alerts
import Base
import TimeSeries

/// What tells one group from another.
struct GroupIdentity: Hashable, Sendable {
    let routeID: String
    let labels: Labels
}

/// The alerts that one route notifies together, and when it is next due.
struct AggregationGroup: Sendable {
    /// A flush whose notifications are under way.
    struct Flush: Sendable {
        let deadline: Timestamp
        let firing: [Fingerprint]
        let resolved: [Fingerprint]
        /// Members that had ended, with the time they were last told.
        let ended: [(fingerprint: Fingerprint, updatedAt: Timestamp)]
        /// Alerts that were kept from being sent, where events are recorded.
        var muted: [Labels] = []
        var outstanding: Set<UInt64> = []
        var hasFailed = false
    }

    let identity: GroupIdentity
    let key: GroupKey
    var route: Int
    var members: Set<Fingerprint> = []
    var nextFlush: Timestamp
    var hasFlushed = false
    var flush: Flush?
    /// Whether it came due while a flush was under way.
    var isOverdue = false
    /// Whether the incidents have heard of it and not yet of its end.
    var hasIncident = false

    init(identity: GroupIdentity, route: Route, nextFlush: Timestamp) {
        self.identity = identity
        self.route = route.index
        self.nextFlush = nextFlush
        key = GroupKey(routeKey: route.key, groupLabels: identity.labels)
    }

    var record: GroupRecord {
        GroupRecord(
            routeID: identity.routeID, groupLabels: identity.labels, nextFlush: nextFlush, hasFlushed: hasFlushed,
            isFlushing: flush != nil)
    }
}
