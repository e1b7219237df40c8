import Alerts
import Base
import TimeSeries

/// An alert as the API shows it.
public struct AlertView: Hashable, Sendable {
    /// The alert.
    public var alert: Alert
    /// The receivers of the routes it takes, in order.
    public var receivers: [String]
    /// Identifiers of active silences that match.
    public var silencedBy: [String]
    /// Alerts that inhibit it.
    public var inhibitedBy: [Fingerprint]
    /// Time intervals that mute the group it was asked for in.
    public var mutedBy: [String]

    /// Whether anything keeps it from being sent.
    public var isSuppressed: Bool { !silencedBy.isEmpty || !inhibitedBy.isEmpty || !mutedBy.isEmpty }
}

/// A group as the API shows it.
public struct GroupView: Hashable, Sendable {
    /// The group's key.
    public var key: GroupKey
    /// The receiver of its route.
    public var receiver: String
    /// The labels its alerts share.
    public var labels: Labels
    /// The labels of its route: templates.
    public var routeLabels: Labels
    /// Its alerts in the order of messages.
    public var alerts: [AlertView]
    /// When it is next due.
    public var nextFlush: Timestamp
}

/// How much the dispatcher has in hand.
public struct DispatchCounts: Hashable, Sendable {
    /// Alerts that have not ended and that nothing keeps from being sent.
    public var active = 0
    /// Alerts that have not ended and are silenced or inhibited.
    public var suppressed = 0
    /// Alerts that have ended and are still remembered.
    public var resolved = 0
    /// Aggregation groups.
    public var groups = 0
    /// Silences by state.
    public var silences: [Silence.State: Int] = [:]
}

extension DispatchCore {
    /// All alerts that have not ended at `now` and that all `matchers` accept, by fingerprint.
    ///
    /// Work is proportional to the alerts that the rarest of the values asked for has.
    public mutating func alertViews(at now: Timestamp, matching matchers: [AlertMatcher] = []) -> [AlertView] {
        var found: [Fingerprint] = []
        if let candidates = index.candidates(for: matchers) {
            found = candidates.filter { alerts[$0].map { matchers.allMatch($0.alert.labels) } ?? false }
        } else if matchers.isEmpty {
            found = alerts.fingerprints
        } else {
            alerts.forEach { if matchers.allMatch($0.alert.labels) { found.append($0.alert.fingerprint) } }
        }
        found.sort()
        return found.compactMap { alertView($0, mutedBy: [], at: now) }
    }

    /// How many alerts, groups and silences there are.
    public mutating func counts(at now: Timestamp) -> DispatchCounts {
        var counts = DispatchCounts(groups: groups.count)
        var firing: [Alert] = []
        let mayBeMuted = !silences.silences.isEmpty || !inhibitor.isEmpty
        alerts.forEach { entry in
            if entry.alert.isResolved(at: now) {
                counts.resolved += 1
            } else {
                counts.active += 1
                if mayBeMuted { firing.append(entry.alert) }
            }
        }
        for alert in firing where isMuted(alert, at: now) { counts.suppressed += 1 }
        counts.active -= counts.suppressed
        for silence in silences.silences.values { counts.silences[silence.state(at: now), default: 0] += 1 }
        return counts
    }

    /// How many groups there are.
    public var groupCount: Int { groups.count }

    /// All groups with alerts that have not ended at `now` and that all `matchers` accept, by labels and receiver.
    public mutating func groupViews(at now: Timestamp, matching matchers: [AlertMatcher] = []) -> [GroupView] {
        var views: [GroupView] = []
        let candidates = index.candidates(for: matchers).map(Set.init)
        for group in groups.values {
            if let candidates, candidates.isDisjoint(with: group.members) { continue }
            let route = configuration.tree.routes[group.route]
            let mutedBy = mutingIntervals(of: route, at: now)
            let wanted =
                matchers.isEmpty
                ? Array(group.members)
                : group.members.filter { alerts[$0].map { matchers.allMatch($0.alert.labels) } ?? false }
            let members = wanted.compactMap { alertView($0, mutedBy: mutedBy, at: now) }
                .sorted {
                    NotifiedAlert.comesBefore(
                        NotifiedAlert($0.alert, status: .firing), NotifiedAlert($1.alert, status: .firing))
                }
            if members.isEmpty { continue }
            views.append(
                GroupView(
                    key: group.key, receiver: route.receiver, labels: group.identity.labels,
                    routeLabels: route.labels, alerts: members, nextFlush: group.nextFlush))
        }
        return views.sorted { left, right in
            left.labels != right.labels
                ? Labels.fewerFirst(left.labels, right.labels)
                : left.receiver != right.receiver ? left.receiver < right.receiver : left.key < right.key
        }
    }

    /// All silences: active by end, pending by start, expired newest first.
    public func silenceViews(at now: Timestamp) -> [Silence] {
        func rank(_ silence: Silence) -> Int {
            switch silence.state(at: now) {
            case .active: 0
            case .pending: 1
            case .expired: 2
            }
        }
        return silences.silences.values.sorted { left, right in
            let ranks = (rank(left), rank(right))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            let times =
                switch ranks.0 {
                case 0: (left.endsAt, right.endsAt)
                case 1: (left.startsAt, right.startsAt)
                default: (right.endsAt, left.endsAt)
                }
            if times.0 != times.1 { return times.0 < times.1 }
            if left.startsAt != right.startsAt { return left.startsAt < right.startsAt }
            return left.updatedAt != right.updatedAt ? left.updatedAt < right.updatedAt : left.id < right.id
        }
    }

    private mutating func alertView(_ fingerprint: Fingerprint, mutedBy: [String], at now: Timestamp) -> AlertView? {
        guard let entry = alerts[fingerprint], !entry.alert.isResolved(at: now) else { return nil }
        return AlertView(
            alert: entry.alert, receivers: routeSets[entry.routes].receivers,
            silencedBy: silencedBy(entry.alert, at: now), inhibitedBy: inhibitedBy(entry.alert, at: now),
            mutedBy: mutedBy)
    }
}
