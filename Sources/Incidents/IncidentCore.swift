import Alerts
import Base
import TimeSeries

/// Opens, escalates and closes incidents.
///
/// Pure: every decision follows from the events and times given to ``apply(_:at:)``.
public struct IncidentCore: Sendable {
    struct Delivery: Sendable {
        var job: NotificationJob
        let incident: String
        let pending: IncidentRecord.Pending
        /// When the next attempt is due; nil while one is under way.
        var retryAt: Timestamp?
    }

    /// What is in force.
    public private(set) var configuration: IncidentConfiguration
    var incidents: [String: IncidentRecord] = [:]
    var openByGroup: [GroupKey: String] = [:]
    var deliveries: [UInt64: Delivery] = [:]
    private var nextID: UInt64 = 1
    private var cleanAt: Timestamp

    /// How long one attempt may take.
    static let attemptTimeout: Duration = .seconds(30)

    /// Goes on with what was stored; what must still go out goes out at the first event.
    public init(_ configuration: IncidentConfiguration, restoring records: [IncidentRecord] = [], at now: Timestamp) {
        self.configuration = configuration
        cleanAt = now + .seconds(3600)
        for record in records {
            incidents[record.id] = record
            if record.state != .resolved { openByGroup[record.groupKey] = record.id }
        }
        for record in records { for pending in record.pending { enqueue(pending, of: record, at: now) } }
    }

    /// When ``IncidentEvent/tick`` is due.
    public var nextDeadline: Timestamp? {
        var earliest = incidents.isEmpty ? nil : cleanAt
        for id in openByGroup.values {
            if let record = incidents[id], let due = due(record) { earliest = earliest.map { min($0, due) } ?? due }
        }
        for delivery in deliveries.values {
            if let retryAt = delivery.retryAt { earliest = earliest.map { min($0, retryAt) } ?? retryAt }
        }
        return earliest
    }

    /// All incidents, newest first.
    public var all: [IncidentRecord] {
        incidents.values.sorted { ($0.openedAt, $0.id) > ($1.openedAt, $1.id) }
    }

    /// The incident `id`.
    public subscript(id: String) -> IncidentRecord? { incidents[id] }

    /// When the next step of an incident is due; nil when nothing more will happen by itself.
    public func due(_ record: IncidentRecord) -> Timestamp? {
        guard record.state == .open, !record.isMuted else { return nil }
        return configuration.policies[record.policy]?.due(after: record.stepsTaken, openedAt: record.openedAt)
    }

    /// Takes an event at `now` and says what is to be done. Whatever is due by then is done too.
    public mutating func apply(_ event: IncidentEvent, at now: Timestamp) -> [IncidentEffect] {
        var effects: [IncidentEffect] = []
        switch event {
        case .signal(let signal): take(signal, at: now, &effects)
        case .tick: break
        case .result(let job, let result): finish(job, result, at: now, &effects)
        case .reload(let configuration): self.configuration = configuration
        }
        runDue(at: now, &effects)
        return effects
    }

    /// Notes that somebody owns the incident: no further step is taken.
    /// - Throws: When there is no such incident, or it is over.
    public mutating func acknowledge(_ id: String, by person: String, note: String, at now: Timestamp)
        throws(AcknowledgementRefusal) -> [IncidentEffect]
    {
        guard var record = incidents[id] else { throw .notFound(id) }
        if record.state == .resolved { throw .alreadyResolved(id) }
        var effects: [IncidentEffect] = []
        record.state = .acknowledged
        record.acknowledgedAt = now
        record.acknowledgedBy = person
        record.note = note
        record.record(
            "acknowledged" + (person.isEmpty ? "" : " by \(person)") + (note.isEmpty ? "" : ": \(note)"), at: now)
        dropPending(&record, &effects)
        store(record, &effects)
        return effects
    }

    private mutating func take(_ signal: IncidentSignal, at now: Timestamp, _ effects: inout [IncidentEffect]) {
        let isFiring = signal.alerts.contains { $0.status == .firing }
        guard let id = openByGroup[signal.groupKey], var record = incidents[id] else {
            if isFiring, configuration.policies[signal.policy] != nil { open(signal, at: now, &effects) }
            return
        }
        if !isFiring, !signal.isMuted {
            resolve(record, signal, at: now, &effects)
            return
        }
        let before = record
        record.isMuted = signal.isMuted
        if isFiring {
            record.alerts = signal.alerts
            record.policy = signal.policy
            record.receiver = signal.receiver
        }
        if record.isMuted != before.isMuted {
            record.record(record.isMuted ? "muted: steps wait" : "no longer muted", at: now)
        }
        let isNews =
            record.isMuted != before.isMuted || record.policy != before.policy
            || record.alerts.map(Self.identity) != before.alerts.map(Self.identity)
        if isNews { store(record, &effects) } else { incidents[id] = record }
    }

    private static func identity(_ alert: NotifiedAlert) -> String { "\(alert.alert.fingerprint)\(alert.status)" }

    private mutating func open(_ signal: IncidentSignal, at now: Timestamp, _ effects: inout [IncidentEffect]) {
        var salt = 0
        var id = Self.identifier(signal.groupKey, now, salt)
        while incidents[id] != nil {
            salt += 1
            id = Self.identifier(signal.groupKey, now, salt)
        }
        var record = IncidentRecord(
            id: id, policy: signal.policy, groupKey: signal.groupKey, groupLabels: signal.groupLabels,
            receiver: signal.receiver, openedAt: now, alerts: signal.alerts)
        record.record("opened, \(signal.receiver) is told", at: now)
        openByGroup[signal.groupKey] = id
        store(record, &effects)
    }

    /// 12 hex digits over group and time, so that the core needs no randomness.
    private static func identifier(_ key: GroupKey, _ now: Timestamp, _ salt: Int) -> String {
        let text = "\(key.text)\u{0}\(now.milliseconds)\u{0}\(salt)"
        let hash = Fingerprint(Labels([("incident", text)])).description
        return String(hash.suffix(12))
    }

    private mutating func resolve(
        _ open: IncidentRecord, _ signal: IncidentSignal, at now: Timestamp, _ effects: inout [IncidentEffect]
    ) {
        var record = open
        record.state = .resolved
        record.resolvedAt = now
        record.isMuted = false
        record.alerts = record.alerts.map { alert in
            let known = signal.alerts.first { $0.alert.fingerprint == alert.alert.fingerprint }
            if let known, known.status == .resolved { return known }
            var ended = alert
            ended.status = .resolved
            ended.alert.endsAt = min(ended.alert.endsAt, now)
            return ended
        }
        record.record("resolved", at: now)
        openByGroup[record.groupKey] = nil
        dropPending(&record, &effects)
        let wanting = Set(configuration.receivers.values.joined().filter(\.sendsResolved).map(\.id))
        record.pending = record.told.filter(wanting.contains).map { .init(step: 0, integration: $0) }
        store(record, &effects)
        for pending in record.pending { enqueue(pending, of: record, at: now) }
    }

    private mutating func runDue(at now: Timestamp, _ effects: inout [IncidentEffect]) {
        for id in openByGroup.values.sorted() {
            while let record = incidents[id], let due = due(record), due <= now { escalate(record, at: now, &effects) }
        }
        for id in deliveries.keys.sorted() {
            guard let retryAt = deliveries[id]?.retryAt, retryAt <= now else { continue }
            deliveries[id]?.retryAt = nil
            deliveries[id]?.job.attempt += 1
            deliveries[id]?.job.deadline = now + Self.attemptTimeout
            if let job = deliveries[id]?.job { effects.append(.notify(job)) }
        }
        if cleanAt <= now { clean(at: now, &effects) }
    }

    /// Takes the next step.
    private mutating func escalate(_ open: IncidentRecord, at now: Timestamp, _ effects: inout [IncidentEffect]) {
        var record = open
        guard let policy = configuration.policies[record.policy], let step = policy.step(after: record.stepsTaken)
        else { return }
        record.stepsTaken += 1
        if record.stepsTaken >= policy.steps.count {
            // Repetitions that were missed are not made up for.
            while let next = policy.due(after: record.stepsTaken, openedAt: record.openedAt), next <= now {
                record.stepsTaken += 1
            }
        }
        let integrations = (configuration.receivers[step.receiver] ?? []).map(\.id)
        let fresh = integrations.map { IncidentRecord.Pending(step: record.stepsTaken, integration: $0) }
            .filter { fresh in !record.pending.contains { $0.integration == fresh.integration } }
        record.pending += fresh
        record.record("step \(record.stepsTaken): not acknowledged, \(step.receiver) is told", at: now)
        store(record, &effects)
        for pending in fresh { enqueue(pending, of: record, at: now) }
    }

    /// Schedules a notification for now.
    private mutating func enqueue(_ pending: IncidentRecord.Pending, of record: IncidentRecord, at now: Timestamp) {
        var notification = Notification(
            receiver: pending.integration.receiver, groupKey: record.groupKey, groupLabels: record.groupLabels,
            alerts: record.alerts, externalURL: configuration.externalURL,
            reason: pending.step == 0 ? .allAlertsResolved : .escalation, at: now)
        let profile = configuration.receivers[pending.integration.receiver]?.first { $0.id == pending.integration }
        if pending.step > 0, profile?.sendsResolved != true { notification = notification.withoutResolved }
        let job = NotificationJob(
            id: nextID, integration: pending.integration, notification: notification, attempt: 0,
            deadline: now + Self.attemptTimeout)
        deliveries[nextID] = Delivery(job: job, incident: record.id, pending: pending, retryAt: now)
        nextID += 1
    }

    private mutating func finish(
        _ job: UInt64, _ result: DeliveryResult, at now: Timestamp, _ effects: inout [IncidentEffect]
    ) {
        guard let delivery = deliveries[job], delivery.retryAt == nil, var record = incidents[delivery.incident] else {
            return
        }
        switch result {
        case .temporary:
            deliveries[job]?.retryAt = now + DeliveryBackoff.pause(afterAttempt: delivery.job.attempt)
            return
        case .delivered:
            if delivery.pending.step > 0, !record.told.contains(delivery.pending.integration) {
                record.told.append(delivery.pending.integration)
            }
            record.record("\(delivery.pending.integration) was told", at: now)
        case .permanent(let reason):
            record.record("\(delivery.pending.integration) could not be told: \(reason)", at: now)
        }
        deliveries[job] = nil
        record.pending.removeAll { $0 == delivery.pending }
        store(record, &effects)
    }

    private mutating func dropPending(_ record: inout IncidentRecord, _ effects: inout [IncidentEffect]) {
        record.pending = []
        for (id, delivery) in deliveries.sorted(by: { $0.key < $1.key }) where delivery.incident == record.id {
            // What is under way may still arrive, so its receiver must hear of the end.
            if delivery.retryAt == nil, delivery.pending.step > 0,
                !record.told.contains(delivery.pending.integration)
            {
                record.told.append(delivery.pending.integration)
            }
            deliveries[id] = nil
            effects.append(.cancel(job: id))
        }
    }

    private mutating func store(_ record: IncidentRecord, _ effects: inout [IncidentEffect]) {
        incidents[record.id] = record
        effects.append(.persist(record))
    }

    private mutating func clean(at now: Timestamp, _ effects: inout [IncidentEffect]) {
        cleanAt = now + .seconds(3600)
        let limit = now - configuration.retention
        for record in incidents.values.sorted(by: { $0.id < $1.id }) {
            guard let resolvedAt = record.resolvedAt, resolvedAt < limit, record.pending.isEmpty else { continue }
            incidents[record.id] = nil
            effects.append(.remove(id: record.id))
        }
    }
}
