import Alerts
import Base
import Dispatching
import Incidents
import StateStore

/// Makes one attempt to deliver a notification.
typealias Delivery = @Sendable (NotificationJob) async -> DeliveryResult

/// Owner of the dispatcher's and the incidents' cores: feeds them, persists their transitions, carries their effects out.
///
/// Transitions are handed to the store in the step that made them; effects are released in that order once they are
/// durable. A failing disk delays nothing: the store says so elsewhere, and effects are released all the same.
actor Dispatcher {
    /// Which core a job's result belongs to.
    private enum Origin: Hashable, Sendable {
        case group, incident
    }

    private struct JobKey: Hashable, Sendable {
        var origin: Origin
        var id: UInt64
    }

    /// What is done once its transition is durable.
    private enum Release: Sendable {
        case notify(Origin, NotificationJob)
        case cancel(JobKey)
    }

    private var dispatch: DispatchCore
    private var incidents: IncidentCore
    private let store: StateStore
    private let clock: any WallClock
    private let metrics: DispatchMetrics
    private let log: Log
    private let health: DeliveryHealth
    private let events: EventRecorder
    private var deliver: Delivery
    private var alarm: Alarm
    private var running: [JobKey: Task<Void, Never>] = [:]
    private let releases: AsyncStream<[Release]>
    private let releaser: AsyncStream<[Release]>.Continuation
    private var loop: Task<Void, Never>?
    private var isStarted = false

    init(
        dispatch: DispatchCore, incidents: IncidentCore, store: StateStore, clock: any WallClock,
        metrics: DispatchMetrics, log: Log, health: DeliveryHealth, events: EventRecorder,
        deliver: @escaping Delivery
    ) {
        self.health = health
        self.dispatch = dispatch
        self.incidents = incidents
        self.store = store
        self.clock = clock
        self.metrics = metrics
        self.log = log
        self.events = events
        self.deliver = deliver
        alarm = Alarm(clock: clock)
        (releases, releaser) = AsyncStream.makeStream()
    }

    /// Begins to act: until then events only change the state.
    func start() {
        isStarted = true
        loop = Task { [releases, weak self] in
            for await batch in releases { await self?.release(batch) }
        }
        tick()
    }

    /// Ends: deliveries under way are given up, they are made again by the next life.
    func stop() async {
        isStarted = false
        alarm.cancel()
        releaser.finish()
        for task in running.values { task.cancel() }
        await loop?.value
    }

    // MARK: - Events

    /// Takes alerts; the ticket tells when they are durable.
    func receive(_ alerts: [Alert]) -> StateTicket {
        step(dispatch.apply(.alerts(alerts), at: clock.now()))
    }

    /// Puts another configuration in force.
    func reload(
        dispatch configuration: DispatchConfiguration, incidents settings: IncidentConfiguration,
        deliver: @escaping Delivery
    ) {
        self.deliver = deliver
        let now = clock.now()
        stepIncidents(incidents.apply(.reload(settings), at: now))
        step(dispatch.apply(.reload(configuration), at: now))
    }

    /// Notes that somebody owns an incident; returns it once that is durable.
    /// - Throws: ``Incidents/AcknowledgementRefusal``, or ``StateStore/StateStoreError`` when it cannot be kept.
    func acknowledge(_ id: String, by person: String, note: String) async throws -> IncidentStatus? {
        let effects = try incidents.acknowledge(id, by: person, note: note, at: clock.now())
        try await stepIncidents(effects).durable()
        return incidents[id].map { ($0, incidents.due($0)) }
    }

    /// Creates or changes a silence; returns its identifier once that is durable.
    /// - Throws: `Silence.Refusal`, or ``StateStore/StateStoreError`` when it cannot be kept.
    func setSilence(_ draft: Silence) async throws -> String {
        let (id, effects) = try dispatch.setSilence(draft, newID: SilenceID.random(), at: clock.now())
        try await step(effects).durable()
        return id
    }

    /// Ends a silence; returns once that is durable.
    /// - Throws: `Silence.Refusal`, or ``StateStore/StateStoreError`` when it cannot be kept.
    func expireSilence(_ id: String) async throws {
        try await step(dispatch.expireSilence(id, at: clock.now())).durable()
    }

    private func tick() {
        alarm.rang()
        let now = clock.now()
        stepIncidents(incidents.apply(.tick, at: now))
        step(dispatch.apply(.tick, at: now))
    }

    private func finished(_ origin: Origin, _ job: NotificationJob, _ result: DeliveryResult) {
        running[JobKey(origin: origin, id: job.id)] = nil
        let now = clock.now()
        switch origin {
        case .group: step(dispatch.apply(.result(job: job.id, result), at: now))
        case .incident: stepIncidents(incidents.apply(.result(job: job.id, result), at: now))
        }
    }

    // MARK: - Effects

    @discardableResult
    private func step(_ effects: [DispatchEffect]) -> StateTicket {
        var changes: [StateChange] = []
        var wanted: [Release] = []
        var signals: [IncidentSignal] = []
        for effect in effects {
            switch effect {
            case .persist(let record): changes.append(StateChange(record))
            case .notify(let job): wanted.append(.notify(.group, job))
            case .cancel(let job): wanted.append(.cancel(JobKey(origin: .group, id: job)))
            case .gaveUp(let integration, let reason): metrics.gaveUp(integration, reason)
            case .record(let occurrence): events.record(.dispatched(occurrence))
            case .incident(let signal): signals.append(signal)
            }
        }
        let now = clock.now()
        for signal in signals { collect(incidents.apply(.signal(signal), at: now), &changes, &wanted) }
        return commit(changes, wanted)
    }

    @discardableResult
    private func stepIncidents(_ effects: [IncidentEffect]) -> StateTicket {
        var changes: [StateChange] = []
        var wanted: [Release] = []
        collect(effects, &changes, &wanted)
        return commit(changes, wanted)
    }

    private func collect(_ effects: [IncidentEffect], _ changes: inout [StateChange], _ wanted: inout [Release]) {
        for effect in effects {
            switch effect {
            case .persist(let record): changes.append(.put(record))
            case .remove(let id): changes.append(.remove(IncidentRecord.self, key: [.text(id)]))
            case .notify(let job): wanted.append(.notify(.incident, job))
            case .cancel(let job): wanted.append(.cancel(JobKey(origin: .incident, id: job)))
            }
        }
    }

    /// Hands changes to the store and lets the effects go once they are durable, or have failed to be.
    private func commit(_ changes: [StateChange], _ wanted: [Release]) -> StateTicket {
        defer { setAlarm() }
        if changes.isEmpty, wanted.isEmpty { return .done }
        let ticket = StateTicket()
        store.submit(changes) { [releaser] result in
            ticket.complete(result)
            if !wanted.isEmpty { releaser.yield(wanted) }
        }
        return ticket
    }

    private func setAlarm() {
        guard isStarted else { return }
        let deadlines = [dispatch.nextDeadline, incidents.nextDeadline].compactMap { $0 }
        alarm.set(to: deadlines.min()) { [weak self] in await self?.tick() }
    }

    private func release(_ batch: [Release]) {
        for item in batch {
            switch item {
            case .cancel(let key): running.removeValue(forKey: key)?.cancel()
            case .notify(let origin, let job): start(origin, job)
            }
        }
    }

    private func start(_ origin: Origin, _ job: NotificationJob) {
        guard isStarted else { return }
        let deliver = deliver
        let metrics = metrics
        let log = log
        let health = health
        running[JobKey(origin: origin, id: job.id)] = Task { [weak self] in
            let started = ContinuousClock.now
            let result = await deliver(job)
            if Task.isCancelled { return }
            Self.report(job, result, to: log)
            health.note(job.integration, result)
            metrics.delivered(job, result, in: ContinuousClock.now - started)
            // An incident's steps are not tried again within a flush.
            if origin == .incident, case .permanent(let failure) = result {
                metrics.gaveUp(job.integration, failure.reason)
            }
            await self?.finished(origin, job, result)
        }
    }

    private static func report(_ job: NotificationJob, _ result: DeliveryResult, to log: Log) {
        let fields: (String) -> KeyValuePairs<String, String> = { reason in
            [
                "integration": "\(job.integration)", "group": job.notification.groupKey.text,
                "attempt": "\(job.attempt)", "reason": reason,
            ]
        }
        switch result {
        case .delivered: break
        case .temporary(let reason): log.write(.warn, "delivery failed, trying again", fields("\(reason)"))
        case .permanent(let reason): log.write(.error, "delivery failed", fields("\(reason)"))
        }
    }

    // MARK: - Views

    /// When an alert without an end counts as ended.
    var resolveTimeout: Duration { dispatch.configuration.resolveTimeout }
    /// How many attempts to deliver are under way.
    var deliveriesUnderWay: Int { running.count }
    /// All alerts that have not ended and that `matchers` accept.
    func alerts(matching matchers: [AlertMatcher]) -> [Dispatching.AlertView] {
        dispatch.alertViews(at: clock.now(), matching: matchers)
    }
    /// All groups with such alerts.
    func groups(matching matchers: [AlertMatcher]) -> [Dispatching.GroupView] {
        dispatch.groupViews(at: clock.now(), matching: matchers)
    }
    /// All silences with their states, in the order of the API.
    func silences() -> [(silence: Silence, state: Silence.State)] {
        let now = clock.now()
        return dispatch.silenceViews(at: now).map { ($0, $0.state(at: now)) }
    }
    /// How much is in hand.
    func counts() -> DispatchCounts { dispatch.counts(at: clock.now()) }
    /// All incidents, newest first.
    func allIncidents() -> [IncidentStatus] { incidents.all.map { ($0, incidents.due($0)) } }
}

/// An incident and the instant of its next step.
typealias IncidentStatus = (record: IncidentRecord, nextStep: Timestamp?)
