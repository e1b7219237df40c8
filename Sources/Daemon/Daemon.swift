import Alerts
import Base
import Dispatching
import HTTPServer
import HTTPTransport
import Incidents
import Probes
import PrometheusAPI
import Receivers
import Ruler
import StateStore
import TimeSeries
import Web

/// The running whole: configuration, rules, dispatcher, store and HTTP surface, wired together.
public actor Daemon {
    /// How long a series of the overlay is kept: as long as rules usually look back.
    static let overlayRetention = Duration.seconds(26 * 3600)
    /// How long an orderly end waits for samples and alerts on their way to other servers.
    static let drainLimit = Duration.seconds(1)
    /// How often an address of the source that is down is asked whether it is there.
    static let sourceCheckInterval = Duration.seconds(5)
    /// How often one that nobody asks is.
    static let standbyCheckInterval = Duration.seconds(30)
    /// How often the state notes that the daemon lives.
    static let aliveInterval = Duration.seconds(15)

    nonisolated let options: DaemonOptions
    nonisolated let clock: any WallClock
    nonisolated let log: Log
    nonisolated let metrics = MetricsRegistry()
    nonisolated let dispatcher: Dispatcher
    nonisolated let intake: AlertIntake
    nonisolated let ruler: Ruler
    nonisolated let store: StateStore
    nonisolated let startedAt: Timestamp
    private nonisolated let rulerMetrics: RulerMetrics
    nonisolated let reloadMetrics: ReloadMetrics
    nonisolated let remoteWrite: RemoteWriteTargets
    nonisolated let alertmanagers: AlertmanagerTargets
    nonisolated let deliveries = DeliveryHealth()
    private nonisolated let datasourceMetrics: DatasourceMetrics
    /// What the life before knew of heartbeats.
    private let keptHeartbeats: [String: HeartbeatRecord]
    private(set) var heartbeats: Heartbeats?
    private var selfWatch: SelfWatch?
    var groupWatch = GroupWatch()
    private nonisolated let events: EventRecorder
    private let http = HTTPClient()
    /// Outlives reloads.
    private let conversations = SlackConversations()
    private let mail = SMTPClient()
    /// The store that `datasource: {embedded: …}` means.
    private let embedded: EmbeddedStore
    /// Whether its limits are those of the configuration.
    private let ownsEmbedded: Bool
    private let facts = MetricFactStore()
    private let servers: KnownServers
    /// Threads of the query API.
    private let queryThreads = QueryThreads(count: 2)
    private let overlay = EmbeddedStore(limits: .init(retention: Daemon.overlayRetention, maximumBytes: 256 << 20))
    private let externalURL: String
    private let gate: WebGate
    private(set) var current: LoadedConfiguration
    private(set) var isReady = false
    private var server: HTTPServer?
    private var background: [Task<Void, Never>] = []
    private var isReloading = false

    /// Where the HTTP surface listens; 0 before ``start()``.
    public var port: Int { server?.port ?? 0 }

    /// Reads everything, opens the state and puts the alerts of the life before back. Nothing is sent yet.
    ///
    /// - Parameter embedded: the store that `datasource: {embedded: …}` means, when the caller feeds one.
    /// - Throws: ``DaemonFailure``.
    public init(
        _ options: DaemonOptions, clock: any WallClock = SystemClock(), embedded: EmbeddedStore? = nil, log: Log? = nil
    ) async throws(DaemonFailure) {
        self.options = options
        self.clock = clock
        self.embedded = embedded ?? EmbeddedStore()
        ownsEmbedded = embedded == nil
        let log = log ?? Log(clock: SystemClock())
        self.log = log
        let host = options.listenHost.contains(":") ? "[\(options.listenHost)]" : options.listenHost
        servers = KnownServers(metrics, log: log)
        gate = WebGate(path: options.webConfiguration)
        let loaded: LoadedConfiguration
        do throws(Diagnostics) {
            let web = try gate.load()
            try await gate.apply(web)
            externalURL = "\(web?.tls == nil ? "http" : "https")://\(host):\(options.listenPort)"
            loaded = try LoadedConfiguration(
                options, externalURL: externalURL, embedded: self.embedded, overlay: overlay, servers: servers,
                http: http, mail: mail, conversations: conversations, clock: clock, log: log)
        } catch {
            throw .configuration(error)
        }
        current = loaded
        if ownsEmbedded, let limits = loaded.embeddedLimits { self.embedded.limits = limits }
        let now = clock.now()
        startedAt = now
        var storeSettings = StateStoreConfiguration(directory: options.stateDirectory)
        storeSettings.metrics = metrics
        storeSettings.onHealthChange = { reason in
            if let reason {
                log.write(.error, "state cannot be written; alerts go on", ["reason": reason])
            } else {
                log.write(.info, "state can be written again")
            }
        }
        let snapshot: DispatchSnapshot
        let incidents: [IncidentRecord]
        let states: [RuleIdentity: [ActiveAlert]]
        let lastAlive: Timestamp?
        let kept: [String: HeartbeatRecord]
        do throws(StateStoreError) {
            store = try StateStore.open(storeSettings, now: now)
            snapshot = try await store.dispatchSnapshot().0
            incidents = try await store.load(IncidentRecord.self).records
            states = try await store.alertStates().0
            lastAlive = try await store.lastAlive()
            kept = try await store.heartbeats()
        } catch {
            throw .surroundings("\(error)")
        }
        keptHeartbeats = kept
        for notice in store.notices { log.write(.error, notice) }

        let dispatchMetrics = DispatchMetrics(metrics)
        events = EventRecorder(clock: clock, http: http, log: log, metrics: metrics)
        events.replace(loaded.configuration.events)
        dispatcher = Dispatcher(
            dispatch: DispatchCore(loaded.dispatch, restoring: snapshot, at: now),
            incidents: IncidentCore(loaded.incidents, restoring: incidents, at: now), store: store, clock: clock,
            metrics: dispatchMetrics, log: log, health: deliveries, events: events,
            deliver: Self.delivery(loaded, clock))
        intake = AlertIntake(dispatcher: dispatcher, clock: clock, metrics: dispatchMetrics)
        rulerMetrics = RulerMetrics(metrics)
        reloadMetrics = ReloadMetrics(metrics)
        datasourceMetrics = DatasourceMetrics(metrics)
        remoteWrite = RemoteWriteTargets(
            directory: options.stateDirectory, http: http, clock: clock, metrics: RemoteWriteMetrics(metrics), log: log)
        alertmanagers = AlertmanagerTargets(http: http, clock: clock, metrics: NotifierMetrics(metrics), log: log)
        ruler = Ruler(
            sink: RulerOutlet(
                store: store, intake: intake, metrics: rulerMetrics, remoteWrite: remoteWrite,
                alertmanagers: alertmanagers, log: log),
            clock: clock)
        await Self.forward(loaded, remoteWrite, alertmanagers)
        if let querier = loaded.querier {
            await ruler.load(loaded.rules, settings: loaded.ruler) { loaded.querier(of: $0) ?? querier }
            await ruler.restore(states, downSince: min(lastAlive ?? now, now))
            if lastAlive == nil || !store.notices.isEmpty { await ruler.recall() }
        }
        registerMetrics(dispatchMetrics)
        reloadMetrics.note(worked: true, at: now)
        report(loaded)
    }

    private static func forward(
        _ loaded: LoadedConfiguration, _ remoteWrite: RemoteWriteTargets, _ alertmanagers: AlertmanagerTargets
    ) async {
        await remoteWrite.replace(
            loaded.configuration.remoteWrite, externalLabels: loaded.ruler.externalLabels)
        await alertmanagers.replace(
            loaded.configuration.alertmanagers, dispatchesHere: loaded.dispatchesRules)
    }

    private static func delivery(_ loaded: LoadedConfiguration, _ clock: any WallClock) -> Delivery {
        let receivers = loaded.receivers
        // Messages are made when their turn comes: not all of a storm's stand in memory at once.
        let gates = Dictionary(
            receivers.profiles.values.joined().map { ($0.id, ConcurrencyGate(limit: deliveriesAtOnce)) },
            uniquingKeysWith: { first, _ in first })
        return { job in
            let attempt = { await receivers.deliver(job, timeout: max(.seconds(1), job.deadline - clock.now())) }
            guard let gate = gates[job.integration] else { return await attempt() }
            return await gate.pass(attempt)
        }
    }

    /// Attempts of one integration that are under way at once.
    private static let deliveriesAtOnce = 32

    private nonisolated func registerMetrics(_ dispatchMetrics: DispatchMetrics) {
        let build = metrics.gauges(
            "ruleval_build_info", "What was built: the value is always 1.", labels: ["version", "goversion"])
        build.with(Version.number, "swift").set(1)
        ProcessMetrics.register(in: metrics)
        let state = AlertmanagerStateMetrics(metrics)
        let ready = metrics.gauge("ruleval_ready", "Whether the configuration is in force and state is restored.")
        metrics.beforeExposition { [weak self] in
            guard let self else { return }
            let loaded = await current
            dispatchMetrics.know(loaded.dispatch.receivers.values.flatMap { $0 })
            state.show(await dispatcher.counts(), loaded.dispatch, text: loaded.configuration.text)
            ready.set(await isReady ? 1 : 0)
            rulerMetrics.show(await ruler.status())
            datasourceMetrics.show(await current.pool?.health ?? [])
            var held = SampleWindow.Statistics()
            for window in await current.windows { held += await window.statistics }
            rulerMetrics.show(held)
        }
    }

    private nonisolated func report(_ loaded: LoadedConfiguration) {
        for warning in loaded.warnings {
            log.write(.warn, warning.message, ["at": warning.position?.description ?? ""])
        }
        let rules = loaded.rules.flatMap(\.groups).reduce(0) { $0 + $1.rules.count }
        log.write(
            .info, "configuration in force",
            ["file": options.configuration, "rule_files": "\(loaded.rules.count)", "rules": "\(rules)"])
    }

    /// Listens, evaluates, dispatches.
    /// - Throws: ``DaemonFailure/surroundings(_:)`` when the address cannot be taken.
    public func start() async throws(DaemonFailure) {
        makeWatchers()
        let web = WebService(
            backend: DaemonBackend(daemon: self),
            queries: DaemonQueries(daemon: self, executor: queryThreads), metrics: metrics,
            build: BuildInformation(version: Version.number), clock: clock, access: gate.access,
            onAnswer: { [clock, accessLog = AccessLog(log, all: options.logsAccess)] in
                accessLog.note($0, at: clock.now())
            })
        var address = HTTPServerConfiguration(host: options.listenHost, port: options.listenPort)
        address.tls = await gate.inForce?.tls
        do throws(HTTPServerError) {
            let server = try HTTPServer(address) { await web.respond(to: $0) }
            self.server = server
            await gate.serve(server)
        } catch {
            throw .surroundings("\(error)")
        }
        events.start()
        events.record(.started(version: Version.number))
        await dispatcher.start()
        await ruler.start()
        isReady = true
        await heartbeats?.start()
        await selfWatch?.start()
        background.append(Task { [weak self] in await self?.noteLife() })
        background.append(Task { [weak self] in await self?.checkSource() })
        background.append(Task { [gate, log] in await gate.watch(log) })
        log.write(.info, "ready", ["listen": "\(options.listenHost):\(port)", "state": options.stateDirectory])
    }

    private func makeWatchers() {
        heartbeats = Heartbeats(
            current, kept: keptHeartbeats, clock: clock, store: store, intake: intake, log: log, metrics: metrics,
            deliver: Self.delivery(current, clock)
        ) { [weak self] now in
            guard let self else { return "stopping" }
            return await heartbeatObstacle(at: now)
        }
        selfWatch = SelfWatch(current, clock: clock, intake: intake, registry: metrics) { [weak self] settings, now in
            await self?.conditions(settings, at: now) ?? []
        }
    }

    /// What the query API asks at present.
    var queried: QueriedDatasource? {
        current.querier.map { QueriedDatasource($0, recorded: current.recorded, facts: facts) }
    }

    /// Finds out again and again whether addresses of the source that are down, or not asked, are there.
    private func checkSource() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: Self.sourceCheckInterval) } catch { return }
            guard let source = current.querier?.source as? PrometheusSource else { continue }
            if source.client.pool.urls.count > 1 || !source.client.pool.isUp {
                await source.client.check(after: Self.standbyCheckInterval)
            }
        }
    }

    private func noteLife() async {
        let manager = ServiceManager()
        let beat = min(Self.aliveInterval, manager.watchdogInterval ?? Self.aliveInterval)
        while !Task.isCancelled {
            store.persistLate([.put(MetaRecord.alive(at: clock.now()))], within: Self.aliveInterval)
            // An answer of the dispatcher shows that it is not stuck; only then the watchdog is fed.
            _ = await dispatcher.deliveriesUnderWay
            manager.alive()
            do { try await Task.sleep(for: beat) } catch { return }
        }
    }

    /// Puts configuration, rule files and templates in force again, all or nothing.
    /// - Throws: ``DaemonFailure/configuration(_:)``, and then nothing has changed.
    public func reload() async throws(DaemonFailure) {
        while isReloading { await Task.yield() }
        isReloading = true
        defer { isReloading = false }
        let loaded: LoadedConfiguration
        do throws(Diagnostics) {
            loaded = try LoadedConfiguration(
                options, externalURL: externalURL, embedded: self.embedded, overlay: overlay, servers: servers,
                http: http, mail: mail, conversations: conversations, clock: clock, log: log)
            try await gate.apply(try gate.load())
        } catch {
            log.write(.error, "configuration is wrong, the old one stays in force", ["reason": "\(error)"])
            reloadMetrics.note(worked: false, at: clock.now())
            throw .configuration(error)
        }
        current = loaded
        if ownsEmbedded, let limits = loaded.embeddedLimits { embedded.limits = limits }
        await Self.forward(loaded, remoteWrite, alertmanagers)
        events.replace(loaded.configuration.events)
        await dispatcher.reload(
            dispatch: loaded.dispatch, incidents: loaded.incidents, deliver: Self.delivery(loaded, clock))
        if let querier = loaded.querier {
            await ruler.load(loaded.rules, settings: loaded.ruler) { loaded.querier(of: $0) ?? querier }
        } else {
            await ruler.unload()
        }
        deliveries.reset()
        await heartbeats?.reload(loaded, deliver: Self.delivery(loaded, clock))
        await selfWatch?.reload(loaded)
        reloadMetrics.note(worked: true, at: clock.now())
        report(loaded)
    }

    /// Ends in order; what a receiver does not take within seconds is sent again by the next life.
    public func stop() async {
        isReady = false
        for task in background { task.cancel() }
        await selfWatch?.stop()
        await heartbeats?.stop()
        await ruler.stop()
        async let samples: Void = remoteWrite.stop(within: Self.drainLimit)
        async let alerts: Void = alertmanagers.stop(within: Self.drainLimit)
        _ = await (samples, alerts)
        await dispatcher.stop()
        events.record(.stopping)
        await events.stop(within: Self.drainLimit)
        await server?.stop(grace: .seconds(2))
        server = nil
        store.persistLate([.put(MetaRecord.alive(at: clock.now()))], within: .zero)
        await store.close()
        http.stop()
        mail.stop()
    }
}
