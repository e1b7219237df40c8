import Alerts
import Base
import TimeSeries

extension DispatchCore {
    /// A group's timer ran out: flushed now, or as soon as the flush under way has ended.
    mutating func comeDue(_ id: Int, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let group = groups[id] else { return }
        let interval = configuration.tree.routes[group.route].groupInterval
        let next = group.nextFlush + interval
        schedule(id, at: next > now ? next : now + interval)
        if group.flush != nil {
            groups[id]?.isOverdue = true
        } else {
            flush(id, at: now, &effects)
        }
    }

    /// Looks what each integration must be told, and begins to tell it.
    private mutating func flush(_ id: Int, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let group = groups[id] else { return }
        let route = configuration.tree.routes[group.route]
        groups[id]?.hasFlushed = true
        groups[id]?.isOverdue = false
        let members = notifiedMembers(of: group, at: now)
        let isMutedByTime = !mutingIntervals(of: route, at: now).isEmpty
        let told = isMutedByTime ? [] : members.filter { !isMuted($0.alert, at: now) }
        var flush = AggregationGroup.Flush(
            deadline: now + route.flushTimeout, firing: Self.fingerprints(told, .firing),
            resolved: Self.fingerprints(told, .resolved),
            ended: members.filter { $0.status == .resolved }.map { ($0.alert.fingerprint, $0.alert.updatedAt) })
        if configuration.recordsEvents, !isMutedByTime {
            for member in members where isMuted(member.alert, at: now) {
                flush.muted.append(member.alert.labels)
                recordMuting(of: member.alert, at: now, &effects)
            }
        }
        var started: [NotificationJob] = []
        if !told.isEmpty {
            let sorted = Lazy { NotifiedAlert.sorted(told) }
            for integration in configuration.receivers[route.receiver] ?? [] {
                let reason = log.reason(
                    for: integration, group: group.key, firing: flush.firing, resolved: flush.resolved,
                    repeatInterval: route.repeatInterval, at: now)
                guard let reason else { continue }
                if !integration.sendsResolved, flush.firing.isEmpty {
                    noteTold(integration.id, group: group, flush: flush, at: now, &effects)
                    continue
                }
                let notification = Notification(
                    receiver: route.receiver, groupKey: group.key, groupLabels: group.identity.labels,
                    routeLabels: route.labels, alerts: sorted.value, externalURL: configuration.externalURL,
                    reason: reason, at: now)
                let job = NotificationJob(
                    id: nextID, integration: integration.id,
                    notification: integration.sendsResolved ? notification : notification.withoutResolved,
                    attempt: 1, deadline: flush.deadline)
                nextID += 1
                flush.outstanding.insert(job.id)
                deliveries[job.id] = Delivery(job: job, group: id)
                started.append(job)
            }
        }
        signal(id, members: members, told: told, at: now, &effects)
        groups[id]?.flush = flush
        if started.isEmpty {
            endFlush(id, at: now, &effects)
            return
        }
        if let record = groups[id]?.record { effects.append(.persist(.group(record))) }
        deadlines.insert(.flushEnd(id, flush.deadline), at: flush.deadline)
        effects += started.map { .notify($0) }
    }

    private func notifiedMembers(of group: AggregationGroup, at now: Timestamp) -> [NotifiedAlert] {
        group.members.compactMap { fingerprint in
            alerts[fingerprint].map { NotifiedAlert($0.alert, status: $0.alert.status(at: now)) }
        }
    }

    private static func fingerprints(_ alerts: [NotifiedAlert], _ status: AlertStatus) -> [Fingerprint] {
        alerts.filter { $0.status == status }.map(\.alert.fingerprint).sorted()
    }

    /// Tells the incidents where the route has an escalation policy.
    private mutating func signal(
        _ id: Int, members: [NotifiedAlert], told: [NotifiedAlert], at now: Timestamp,
        _ effects: inout [DispatchEffect]
    ) {
        guard let group = groups[id] else { return }
        let route = configuration.tree.routes[group.route]
        guard let policy = route.escalationPolicy else { return }
        let isFiring = told.contains { $0.status == .firing }
        let isMuted = !isFiring && members.contains { $0.status == .firing }
        guard isFiring || group.hasIncident else { return }
        groups[id]?.hasIncident = isFiring || isMuted
        effects.append(
            .incident(
                IncidentSignal(
                    policy: policy, groupKey: group.key, receiver: route.receiver,
                    groupLabels: group.identity.labels, alerts: NotifiedAlert.sorted(told),
                    isMuted: isMuted)))
    }

    /// The flush has ended well or badly: ended alerts that everybody knows of leave the group, which may vanish.
    mutating func endFlush(_ id: Int, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let group = groups[id], let flush = group.flush else { return }
        groups[id]?.flush = nil
        if !flush.hasFailed {
            for (fingerprint, updatedAt) in flush.ended where alerts[fingerprint]?.alert.updatedAt == updatedAt {
                guard groups[id]?.members.remove(fingerprint) != nil else { continue }
                alerts[fingerprint]?.memberships -= 1
                if let alert = alerts[fingerprint]?.alert {
                    record(.alertResolved(alert, occurrenceGroup(group)), &effects)
                }
            }
        }
        if groups[id]?.members.isEmpty == true {
            remove(id, &effects)
        } else if group.isOverdue {
            self.flush(id, at: now, &effects)
        } else if let record = groups[id]?.record {
            effects.append(.persist(.group(record)))
        }
    }

    /// Forgets a group and what it has under way.
    mutating func remove(_ id: Int, _ effects: inout [DispatchEffect]) {
        guard let group = groups.removeValue(forKey: id) else { return }
        groupIDs[group.identity] = nil
        for job in (group.flush?.outstanding ?? []).sorted() {
            deliveries[job] = nil
            effects.append(.cancel(job: job))
        }
        for fingerprint in group.members { alerts[fingerprint]?.memberships -= 1 }
        effects.append(.persist(.removeGroup(routeID: group.identity.routeID, groupLabels: group.identity.labels)))
    }
}

/// A value made at its first use.
private final class Lazy<Value> {
    private let make: () -> Value
    private(set) lazy var value: Value = make()

    init(_ make: @escaping () -> Value) { self.make = make }
}
