import Alerts
import Base

extension DispatchCore {
    /// An attempt ended.
    mutating func finish(_ job: UInt64, _ result: DeliveryResult, at now: Timestamp, _ effects: inout [DispatchEffect])
    {
        guard var delivery = deliveries[job], !delivery.isWaiting, let group = groups[delivery.group],
            let flush = group.flush
        else { return }
        switch result {
        case .delivered:
            noteTold(delivery.job.integration, group: group, flush: flush, at: now, &effects)
            record(
                .notified(
                    delivery.job, occurrenceGroup(group), muted: flush.muted,
                    repeatInterval: configuration.tree.routes[group.route].repeatInterval), &effects)
            close(job, failed: false, at: now, &effects)
        case .temporary(let failure):
            let retryAt = now + DeliveryBackoff.pause(afterAttempt: delivery.job.attempt)
            if retryAt >= flush.deadline {
                effects.append(.gaveUp(delivery.job.integration, failure.reason))
                close(job, failed: true, at: now, &effects)
                return
            }
            delivery.isWaiting = true
            delivery.failure = failure.reason
            deliveries[job] = delivery
            deadlines.insert(.retry(job), at: retryAt)
        case .permanent(let failure):
            effects.append(.gaveUp(delivery.job.integration, failure.reason))
            close(job, failed: true, at: now, &effects)
        }
    }

    /// The pause behind a failed attempt is over.
    mutating func retry(_ job: UInt64, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard deliveries[job]?.isWaiting == true else { return }
        deliveries[job]?.isWaiting = false
        deliveries[job]?.job.attempt += 1
        if let next = deliveries[job]?.job { effects.append(.notify(next)) }
    }

    /// A flush has used up its time.
    mutating func abandonFlush(_ id: Int, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let flush = groups[id]?.flush else { return }
        for job in flush.outstanding.sorted() {
            if deliveries[job]?.isWaiting == false { effects.append(.cancel(job: job)) }
            if let delivery = deliveries[job] {
                effects.append(.gaveUp(delivery.job.integration, delivery.failure ?? .contextDeadlineExceeded))
            }
            deliveries[job] = nil
        }
        groups[id]?.flush?.outstanding = []
        groups[id]?.flush?.hasFailed = true
        endFlush(id, at: now, &effects)
    }

    /// Writes down what an integration was told.
    mutating func noteTold(
        _ integration: IntegrationID, group: AggregationGroup, flush: AggregationGroup.Flush, at now: Timestamp,
        _ effects: inout [DispatchEffect]
    ) {
        let route = configuration.tree.routes[group.route]
        let entry = NotificationLogEntry(
            groupKey: group.key, integration: integration, at: now, firing: flush.firing, resolved: flush.resolved,
            expiresAt: now + min(configuration.retention, route.repeatInterval * 2))
        log.record(entry)
        effects.append(.persist(.log(entry)))
    }

    private mutating func close(_ job: UInt64, failed: Bool, at now: Timestamp, _ effects: inout [DispatchEffect]) {
        guard let id = deliveries.removeValue(forKey: job)?.group else { return }
        groups[id]?.flush?.outstanding.remove(job)
        if failed { groups[id]?.flush?.hasFailed = true }
        if groups[id]?.flush?.outstanding.isEmpty == true { endFlush(id, at: now, &effects) }
    }
}
