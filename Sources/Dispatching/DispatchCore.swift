import Alerts
import Base
import TimeSeries

/// Decides who is told what and when: groups, timers, inhibition, silences, the notification log, retries.
///
/// Pure: every decision follows from the events and times given to ``apply(_:at:)``. Work is proportional to the
/// alerts that an event touches; deadlines are kept in a heap.
public struct DispatchCore: Sendable {
    enum Deadline: Sendable {
        case group(Int)
        case flushEnd(Int, Timestamp)
        case retry(UInt64)
        case cleaning
    }

    /// A delivery that is under way or waits for its next attempt.
    struct Delivery: Sendable {
        var job: NotificationJob
        let group: Int
        var isWaiting = false
        /// Why the last attempt failed; nil before one has.
        var failure: DeliveryFailure.Reason?
    }

    /// The configuration in force.
    public internal(set) var configuration: DispatchConfiguration
    var alerts = AlertTable()
    var routeSets = RouteSets()
    var index = AlertIndex()
    var groups: [Int: AggregationGroup] = [:]
    var groupIDs: [GroupIdentity: Int] = [:]
    var deliveries: [UInt64: Delivery] = [:]
    var log = NotificationLog()
    var silences = SilenceStore()
    var inhibitor: Inhibitor
    var deadlines = DeadlineQueue<Deadline>()
    var nextID: UInt64 = 1
    /// Stored timers whose groups a restart did not bring back.
    var lostTimers: [GroupIdentity] = []

    /// How often ended alerts, old log entries and old silences are swept out.
    static let cleaningInterval: Duration = .seconds(30 * 60)

    /// A dispatcher that goes on from `snapshot`.
    ///
    /// Groups whose notifications were under way are due at once, others that came due meanwhile after their
    /// `group_wait`, so that sources have time to tell that alerts still fire.
    public init(
        _ configuration: DispatchConfiguration, restoring snapshot: DispatchSnapshot = .init(), at now: Timestamp
    ) {
        self.configuration = configuration
        inhibitor = Inhibitor(configuration.inhibitRules)
        deadlines.insert(.cleaning, at: now + Self.cleaningInterval)
        restore(snapshot, at: now)
    }

    /// When ``DispatchEvent/tick`` is due; never nil while there is anything to wait for.
    public var nextDeadline: Timestamp? { deadlines.first?.time }

    /// Takes an event at `now` and says what is to be done. Whatever is due by then is done too.
    public mutating func apply(_ event: DispatchEvent, at now: Timestamp) -> [DispatchEffect] {
        var effects: [DispatchEffect] = []
        if !lostTimers.isEmpty { dropLostTimers(&effects) }
        switch event {
        case .alerts(let alerts): for alert in alerts { receive(alert, at: now, &effects) }
        case .tick: break
        case .result(let job, let result): finish(job, result, at: now, &effects)
        case .reload(let configuration): reload(configuration, at: now, &effects)
        }
        runDue(at: now, &effects)
        return effects
    }

    /// Creates or changes a silence; `newID` is used where a new one is made.
    /// - Throws: Why it was refused; then nothing has changed.
    public mutating func setSilence(_ draft: Silence, newID: String, at now: Timestamp) throws(Silence.Refusal)
        -> (id: String, effects: [DispatchEffect])
    {
        let stored = try silences.set(draft, newID: newID, at: now)
        var effects = stored.map { DispatchEffect.persist(.silence(SilenceRecord(silence: $0))) }
        if let silence = stored.last {
            record(silence.id == newID ? .silenceCreated(silence) : .silenceUpdated(silence), &effects)
        }
        return (stored.last?.id ?? newID, effects)
    }

    /// Ends a silence.
    /// - Throws: When there is none, or it had ended.
    public mutating func expireSilence(_ id: String, at now: Timestamp) throws(Silence.Refusal) -> [DispatchEffect] {
        let ended = try silences.expire(id, at: now)
        var effects = [DispatchEffect.persist(.silence(SilenceRecord(silence: ended)))]
        record(.silenceUpdated(ended), &effects)
        return effects
    }

    mutating func runDue(at now: Timestamp, _ effects: inout [DispatchEffect]) {
        while let (time, item) = deadlines.first, time <= now {
            deadlines.removeFirst()
            switch item {
            case .group(let id):
                if groups[id]?.nextFlush == time { comeDue(id, at: now, &effects) }
            case .flushEnd(let id, let deadline):
                if let flush = groups[id]?.flush, flush.deadline == deadline { abandonFlush(id, at: now, &effects) }
            case .retry(let job): retry(job, at: now, &effects)
            case .cleaning: clean(at: now, &effects)
            }
        }
    }

    private mutating func clean(at now: Timestamp, _ effects: inout [DispatchEffect]) {
        deadlines.insert(.cleaning, at: now + Self.cleaningInterval)
        var ended: [Alert] = []
        alerts.forEach { if $0.memberships == 0, $0.alert.isResolved(at: now) { ended.append($0.alert) } }
        for alert in ended.sorted(by: { $0.fingerprint < $1.fingerprint }) {
            alerts[alert.fingerprint] = nil
            index.remove(alert)
            inhibitor.remove(alert)
            effects.append(.persist(.removeAlert(alert.fingerprint)))
        }
        let live = Set(groups.values.map(\.key))
        for (key, integration) in log.removeExpired(at: now, except: live) {
            effects.append(.persist(.removeLog(key, integration)))
        }
        for id in silences.removeEnded(before: now - configuration.retention) {
            effects.append(.persist(.removeSilence(id)))
        }
    }
}
