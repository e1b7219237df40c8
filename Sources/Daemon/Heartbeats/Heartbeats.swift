import Alerts
import Base
import Probes
import StateStore
import TimeSeries

/// Owner of the heartbeats: takes beats that come in, sends those that go out.
actor Heartbeats {
    /// Longest time one beat may take to deliver.
    static let deliveryLimit = Duration.seconds(30)

    private var core: HeartbeatCore
    private let clock: any WallClock
    private let store: StateStore
    private let intake: AlertIntake
    private let log: Log
    private let metrics: HeartbeatMetrics
    private let obstacle: @Sendable (Timestamp) async -> String?
    private var deliver: Delivery
    private var configuration: LoadedConfiguration
    private var alarm: Alarm
    private var steps: ClockSteps
    private var nextJob: UInt64 = 1
    private var lastObstacle: String?
    private var hasWorked = false
    private var isStarted = false
    private let startedAt: Timestamp

    init(
        _ configuration: LoadedConfiguration, kept: [String: HeartbeatRecord], clock: any WallClock, store: StateStore,
        intake: AlertIntake, log: Log, metrics: MetricsRegistry, deliver: @escaping Delivery,
        obstacle: @escaping @Sendable (Timestamp) async -> String?
    ) {
        let now = clock.now()
        var effects: [HeartbeatCore.Effect] = []
        core = HeartbeatCore(configuration.configuration.heartbeats, restoring: kept, at: now, effects: &effects)
        self.configuration = configuration
        self.clock = clock
        self.store = store
        self.intake = intake
        self.log = log
        self.metrics = HeartbeatMetrics(metrics)
        self.obstacle = obstacle
        self.deliver = deliver
        startedAt = now
        alarm = Alarm(clock: clock)
        steps = ClockSteps(clock)
        let changes = effects.compactMap(Self.change)
        if !changes.isEmpty { _ = store.submit(changes) }
    }

    /// Begins.
    func start() async {
        isStarted = true
        await tick()
    }

    /// Ends.
    func stop() {
        isStarted = false
        alarm.cancel()
    }

    /// Puts another configuration in force.
    func reload(_ configuration: LoadedConfiguration, deliver: @escaping Delivery) async {
        self.configuration = configuration
        self.deliver = deliver
        await carryOut(core.apply(.reload(configuration.configuration.heartbeats), at: clock.now()))
        setAlarm()
    }

    /// All heartbeats that should come in.
    var statuses: [HeartbeatCore.Status] { core.statuses }

    /// A beat came in; returns once that is durable.
    /// - Returns: whether there is such a heartbeat.
    /// - Throws: ``StateStore/StateStoreError`` when it cannot be kept; it counts all the same.
    func beat(_ name: String) async throws(StateStoreError) -> Bool {
        guard core.statuses.contains(where: { $0.settings.name == name }) else { return false }
        let effects = core.apply(.beat(name), at: clock.now())
        let ticket = store.submit(effects.compactMap(Self.change))
        await carryOut(effects.filter { Self.change($0) == nil })
        setAlarm()
        try await ticket.durable()
        return true
    }

    private func rang() async {
        alarm.rang()
        await tick()
    }

    private func tick() async {
        if let step = steps.take(clock) { _ = core.apply(.clockSet(step), at: clock.now()) }
        let reason = configuration.configuration.heartbeats.outgoing.isEmpty ? nil : await obstacle(clock.now())
        // Before the first evaluation nothing is known to work, and that is no news.
        if let reason, hasWorked, lastObstacle == nil {
            log.write(.warn, "outgoing heartbeats are withheld", ["reason": reason])
        } else if reason == nil, hasWorked, lastObstacle != nil {
            log.write(.info, "outgoing heartbeats leave again")
        }
        lastObstacle = reason
        if reason == nil { hasWorked = true }
        await carryOut(core.apply(.tick(allWorks: reason == nil), at: clock.now()))
        setAlarm()
    }

    private func setAlarm() {
        metrics.show(core.statuses)
        guard isStarted else { return }
        // Not at the deadline itself: a beat is missing only behind it.
        alarm.set(to: core.nextDeadline.map { $0 + .milliseconds(1) }) { [weak self] in await self?.rang() }
    }

    private static func change(_ effect: HeartbeatCore.Effect) -> StateChange? {
        switch effect {
        case .persist(let name, let record): .put(MetaRecord(heartbeat: name, record))
        case .forget(let name): .remove(MetaRecord.self, key: [.text(MetaRecord.heartbeatName(name))])
        case .alerts, .send, .withheld: nil
        }
    }

    private func carryOut(_ effects: [HeartbeatCore.Effect]) async {
        let changes = effects.compactMap(Self.change)
        if !changes.isEmpty { _ = store.submit(changes) }
        for effect in effects {
            switch effect {
            case .persist, .forget: break
            case .alerts(let alerts):
                let external = configuration.ruler.externalLabels
                _ = await intake.take(alerts.map { $0.adding(external) }, overHTTP: false)
            case .send(let out): send(out)
            case .withheld(let out): metrics.withheld.with(out.receiver).increment()
            }
        }
    }

    /// Tells every integration of a receiver that all works; what fails is told by the log, and by the next beat.
    private func send(_ out: HeartbeatSettings.Outgoing) {
        let now = clock.now()
        let labels = PostedAlert(labels: [Labels.alertName: "Heartbeat"]).adding(configuration.ruler.externalLabels)
            .labels
        let alert = Alert(
            labels: labels, annotations: ["summary": "ruleval evaluates and delivers"], startsAt: startedAt,
            endsAt: now + out.every * 2, generatorURL: configuration.ruler.externalURL, updatedAt: now,
            isTimeout: true)
        let groupLabels: Labels = [Labels.alertName: "Heartbeat"]
        for profile in configuration.receivers.profiles[out.receiver] ?? [] {
            let job = NotificationJob(
                id: nextJob, integration: profile.id,
                notification: Notification(
                    receiver: out.receiver, groupKey: GroupKey(routeKey: "heartbeat", groupLabels: groupLabels),
                    groupLabels: groupLabels, alerts: [NotifiedAlert(alert, status: .firing)],
                    externalURL: configuration.ruler.externalURL, reason: .repeatInterval, at: now),
                attempt: 1, deadline: now + min(out.every, Self.deliveryLimit))
            nextJob += 1
            Task { [deliver, log, metrics] in
                switch await deliver(job) {
                case .delivered: metrics.sent.with(out.receiver).increment()
                case .temporary(let failure), .permanent(let failure):
                    metrics.failed.with(out.receiver).increment()
                    log.write(
                        .warn, "heartbeat not delivered", ["integration": "\(profile.id)", "reason": failure.text])
                }
            }
        }
    }
}

extension PostedAlert {
    /// The alert with labels that it has not.
    func adding(_ external: Labels) -> PostedAlert {
        if external.isEmpty { return self }
        var builder = LabelsBuilder(labels)
        for (name, value) in external where builder[name] == nil { builder[name] = value }
        var copy = self
        copy.labels = builder.labels
        return copy
    }
}
