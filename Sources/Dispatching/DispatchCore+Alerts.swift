import Alerts
import Base
import TimeSeries

extension DispatchCore {
    /// Takes one alert in: merged with what is known, put into the groups of its routes.
    mutating func receive(_ posted: Alert, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        let fingerprint = posted.fingerprint
        if let known = alerts[fingerprint] {
            let updated = known.alert.updated(by: posted, at: now)
            alerts[fingerprint]?.alert = updated
            if !inhibitor.isEmpty { inhibitor.add(updated) }
        } else {
            alerts[fingerprint] = place(Entry(alert: posted))
            index.insert(posted)
            inhibitor.add(posted)
            record(.alertCreated(posted), &effects)
        }
        store(fingerprint, at: now, &effects)
        guard let entry = alerts[fingerprint] else { return }
        for (identity, route) in zip(entry.placements, entry.routes) {
            insert(entry.alert, into: identity, route: configuration.tree.routes[route], at: now, &effects)
        }
    }

    /// Finds the routes and groups of an alert.
    func place(_ entry: Entry) -> Entry {
        var entry = entry
        entry.routes = configuration.tree.matching(entry.alert.labels)
        entry.placements = entry.routes.map { index in
            let route = configuration.tree.routes[index]
            return GroupIdentity(routeID: route.id, labels: route.groupLabels(of: entry.alert.labels))
        }
        return entry
    }

    /// Stores an alert when something was said that a restart must know; what only prolongs it may wait.
    private mutating func store(_ fingerprint: Fingerprint, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let entry = alerts[fingerprint] else { return }
        if let stored = entry.stored {
            var same = entry.alert
            same.endsAt = stored.endsAt
            same.updatedAt = stored.updatedAt
            let isLonger = entry.alert.endsAt - stored.endsAt
            let mayWait = isLonger >= .zero && isLonger < configuration.resolveTimeout / 2
            if same == stored, mayWait, stored.isResolved(at: now) == entry.alert.isResolved(at: now) { return }
        }
        alerts[fingerprint]?.stored = entry.alert
        effects.append(.persist(.alert(AlertRecord(alert: entry.alert))))
    }

    private mutating func insert(
        _ alert: Alert, into identity: GroupIdentity, route: Route, at now: Timestamp,
        _ effects: inout [DispatchEffect]
    ) {
        let id: Int
        if let known = groupIDs[identity] {
            id = known
        } else {
            let fresh = AggregationGroup(identity: identity, route: route, nextFlush: now + route.groupWait)
            // An alert that has ended makes no group, unless somebody still believes that it fires.
            if alert.isResolved(at: now), !log.tellsFiring(alert.fingerprint, in: fresh.key) { return }
            id = add(fresh)
            effects.append(.persist(.group(fresh.record)))
        }
        let isNew = join(alert.fingerprint, group: id)
        if isNew || alert.isResolved(at: now), let group = groups[id] {
            record(.alertGrouped(alert, occurrenceGroup(group)), &effects)
        }
        if groups[id]?.hasFlushed == false, alert.startsAt + route.groupWait < now { schedule(id, at: now) }
    }

    /// Adds a group and schedules it.
    mutating func add(_ group: AggregationGroup) -> Int {
        let id = Int(nextID)
        nextID += 1
        groups[id] = group
        groupIDs[group.identity] = id
        deadlines.insert(.group(id), at: group.nextFlush)
        return id
    }

    /// Makes an alert a member of a group.
    /// - Returns: Whether it was none.
    @discardableResult
    mutating func join(_ fingerprint: Fingerprint, group id: Int) -> Bool {
        guard groups[id]?.members.insert(fingerprint).inserted == true else { return false }
        alerts[fingerprint]?.memberships += 1
        return true
    }

    /// Makes a group due at `time` and at no other.
    mutating func schedule(_ id: Int, at time: Timestamp) {
        guard groups[id] != nil, groups[id]?.nextFlush != time else { return }
        groups[id]?.nextFlush = time
        deadlines.insert(.group(id), at: time)
    }
}
