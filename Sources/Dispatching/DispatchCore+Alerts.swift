import Alerts
import Base
import TimeSeries

extension DispatchCore {
    /// Takes one alert in: merged with what is known, put into the groups of its routes.
    mutating func receive(_ posted: Alert, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        let place: Int32
        var mustStore = true
        if let known = alerts.place(of: posted.fingerprint) {
            place = known
            let bearable = configuration.resolveTimeout / 2
            mustStore = alerts[place: place]?.update(by: posted, at: now, bearable: bearable) ?? true
            if !inhibitor.isEmpty, let alert = alerts[place: place]?.alert { inhibitor.add(alert) }
        } else {
            place = add(posted)
            record(.alertCreated(posted), &effects)
        }
        if mustStore, let alert = alerts[place: place]?.alert {
            alerts[place: place]?.storedEnd = alert.endsAt
            effects.append(.persist(.alert(AlertRecord(alert: alert))))
        }
        guard let number = alerts[place: place]?.routes else { return }
        let routes = routeSets[number].routes
        for index in routes.indices { enter(place, index, route: routes[index], at: now, &effects) }
    }

    /// Adds an alert that is not known, without its groups.
    /// - Returns: Its place in the table.
    mutating func add(_ alert: Alert, isStored: Bool = false) -> Int32 {
        var entry = AlertEntry(alert)
        entry.routes = routeSets.number(of: configuration.tree.matching(alert.labels), in: configuration.tree)
        if isStored { entry.storedEnd = alert.endsAt }
        index.insert(alert)
        inhibitor.add(alert)
        return alerts.insert(entry, alert.fingerprint)
    }

    /// The group that an alert belongs to by one of its routes, whether it exists or not.
    func identity(of alert: Alert, route: Int) -> GroupIdentity {
        GroupIdentity(
            routeID: configuration.tree.routes[route].id,
            labels: configuration.tree.routes[route].groupLabels(of: alert.labels))
    }

    /// Puts an alert into the group of its `index`-th route, which is made where there is none.
    private mutating func enter(
        _ place: Int32, _ index: Int, route: Int, at now: Timestamp, _ effects: inout [DispatchEffect]
    ) {
        guard var id = alerts[place: place]?[group: index], let alert = alerts[place: place]?.alert else { return }
        let isOld = alert.startsAt + configuration.tree.routes[route].groupWait < now
        var isFresh = false
        if groups.index(forKey: id) == nil {
            let identity = identity(of: alert, route: route)
            if let known = groupIDs[identity] {
                id = known
            } else {
                let route = configuration.tree.routes[route]
                let fresh = AggregationGroup(identity: identity, route: route, nextFlush: now + route.groupWait)
                // Its group would be flushed at once and vanish.
                if isOld, alert.isResolved(at: now), !log.tellsFiring(in: fresh.key) { return }
                id = add(fresh)
                isFresh = true
                effects.append(.persist(.group(fresh.record)))
            }
            alerts[place: place]?[group: index] = id
        }
        let isNew = join(alert.fingerprint, group: id)
        if configuration.recordsEvents, isNew || alert.isResolved(at: now), let group = groups[id] {
            record(.alertGrouped(alert, occurrenceGroup(group)), &effects)
        }
        // Only what makes a group can be too old for it to wait.
        if isFresh, isOld { schedule(id, at: now) }
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
