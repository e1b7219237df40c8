import Alerts
import Base
import TimeSeries

extension DispatchCore {
    /// Begins with what was stored.
    mutating func restore(_ snapshot: DispatchSnapshot, at now: Timestamp) {
        silences.restore(snapshot.silences.map(\.silence))
        log.restore(snapshot.log)
        var timers: [GroupIdentity: GroupRecord] = [:]
        for record in snapshot.groups {
            timers[GroupIdentity(routeID: record.routeID, labels: record.groupLabels)] = record
        }
        for record in snapshot.alerts {
            let place = add(record.alert, isStored: true)
            for index in routes(at: place) {
                let route = configuration.tree.routes[index]
                let identity = identity(of: record.alert, route: index)
                if let id = groupIDs[identity] ?? restoredGroup(identity, route, timers[identity], record.alert, now) {
                    restoreMember(record.alert, group: id, at: now)
                }
            }
        }
        lostTimers = timers.keys.filter { groupIDs[$0] == nil }
    }

    /// Has the store forget timers of groups that a restart did not bring back.
    mutating func dropLostTimers(_ effects: inout [DispatchEffect]) {
        for identity in lostTimers where groupIDs[identity] == nil {
            effects.append(.persist(.removeGroup(routeID: identity.routeID, groupLabels: identity.labels)))
        }
        lostTimers = []
    }

    /// The routes of the alert at a place, in order.
    private func routes(at place: Int32) -> [Int] { alerts[place: place].map { routeSets[$0.routes].routes } ?? [] }

    private mutating func restoredGroup(
        _ identity: GroupIdentity, _ route: Route, _ timer: GroupRecord?, _ alert: Alert, _ now: Timestamp
    ) -> Int? {
        var group = AggregationGroup(identity: identity, route: route, nextFlush: now + route.groupWait)
        if alert.isResolved(at: now), !log.tellsFiring(alert.fingerprint, in: group.key) { return nil }
        if let timer {
            group.hasFlushed = timer.hasFlushed
            if timer.isFlushing {
                group.nextFlush = now
            } else if timer.nextFlush > now {
                group.nextFlush = timer.nextFlush
            }
        }
        group.hasIncident = route.escalationPolicy != nil && group.hasFlushed
        return add(group)
    }

    private mutating func restoreMember(_ alert: Alert, group id: Int, at now: Timestamp) {
        guard let key = groups[id]?.key else { return }
        if !alert.isResolved(at: now) || log.tellsFiring(alert.fingerprint, in: key) {
            join(alert.fingerprint, group: id)
        }
    }

    /// Puts another configuration in force; groups that exist in both keep timers, log and what is under way.
    mutating func reload(
        _ configuration: DispatchConfiguration, at now: Timestamp, _ effects: inout [DispatchEffect]
    ) {
        let former = groups
        let formerIDs = groupIDs
        let receivers = former.mapValues { self.configuration.tree.routes[$0.route].receiver }
        self.configuration = configuration
        inhibitor = Inhibitor(configuration.inhibitRules)
        groups = [:]
        groupIDs = [:]
        routeSets = RouteSets()
        for fingerprint in alerts.fingerprints.sorted() {
            guard let place = alerts.place(of: fingerprint), let alert = alerts[place: place]?.alert else { continue }
            alerts[place: place]?.routes = routeSets.number(
                of: configuration.tree.matching(alert.labels), in: configuration.tree)
            alerts[place: place]?.memberships = 0
            alerts[place: place]?.group = 0
            alerts[place: place]?.otherGroups = []
            inhibitor.add(alert)
            for index in routes(at: place) {
                let route = configuration.tree.routes[index]
                let identity = identity(of: alert, route: index)
                let old = formerIDs[identity]
                let wasMember = old.map { former[$0]?.members.contains(fingerprint) ?? false } ?? false
                let key = GroupKey(routeKey: route.key, groupLabels: identity.labels)
                let isWanted =
                    !alert.isResolved(at: now) || wasMember || log.tellsFiring(fingerprint, in: key)
                guard isWanted else { continue }
                if groupIDs[identity] == nil {
                    if let old, let group = former[old] {
                        keep(old, group, route: route, formerReceiver: receivers[old], at: now, &effects)
                    } else {
                        let group = AggregationGroup(identity: identity, route: route, nextFlush: now + route.groupWait)
                        effects.append(.persist(.group(group.record)))
                        _ = add(group)
                    }
                }
                guard let id = groupIDs[identity] else { continue }
                join(fingerprint, group: id)
                if groups[id]?.hasFlushed == false, alert.startsAt + route.groupWait < now {
                    schedule(id, at: now)
                }
            }
        }
        for (id, group) in former.sorted(by: { $0.key < $1.key }) where groups[id] == nil {
            drop(group, &effects)
        }
    }

    private mutating func keep(
        _ id: Int, _ former: AggregationGroup, route: Route, formerReceiver: String?, at now: Timestamp,
        _ effects: inout [DispatchEffect]
    ) {
        var group = former
        group.route = route.index
        group.members = []
        if formerReceiver != route.receiver, let flush = group.flush {
            cancel(flush, &effects)
            group.flush = nil
            group.nextFlush = now
        }
        group.nextFlush = min(group.nextFlush, now + (group.hasFlushed ? route.groupInterval : route.groupWait))
        if group.hasIncident, route.escalationPolicy == nil { group.hasIncident = false }
        groups[id] = group
        groupIDs[group.identity] = id
        if group.nextFlush != former.nextFlush { deadlines.insert(.group(id), at: group.nextFlush) }
    }

    /// A group that the new configuration does not have.
    private mutating func drop(_ group: AggregationGroup, _ effects: inout [DispatchEffect]) {
        if let flush = group.flush { cancel(flush, &effects) }
        effects.append(.persist(.removeGroup(routeID: group.identity.routeID, groupLabels: group.identity.labels)))
        if group.hasIncident {
            effects.append(
                .incident(
                    IncidentSignal(
                        policy: "", groupKey: group.key, receiver: "", groupLabels: group.identity.labels, alerts: [])))
        }
    }

    private mutating func cancel(_ flush: AggregationGroup.Flush, _ effects: inout [DispatchEffect]) {
        for job in flush.outstanding.sorted() {
            deliveries[job] = nil
            effects.append(.cancel(job: job))
        }
    }
}
