import Base
import Daemon
import Ruler
import TimeSeries

/// The demo: the daemon's own code over simulated services, on a clock that runs faster, told step by step.
public final class DemoRun: Sendable {
    /// When one cycle must be over, in time of the demo: the first incident has ended long since and everybody was told.
    static let cycle = Duration.seconds(18 * 60)

    private let settings: DemoSettings
    private let say: @Sendable (String) -> Void
    private let progress = DemoProgress()
    private let clock: ScaledClock
    private let started: Timestamp

    /// A demo that tells its story through `say`.
    public init(_ settings: DemoSettings, say: @escaping @Sendable (String) -> Void) {
        self.settings = settings
        self.say = say
        clock = ScaledClock(factor: settings.speed)
        started = clock.now()
    }

    /// Runs until a signal comes, or one cycle is over with `--once`; returns the exit status.
    /// - Throws: when sinks, folder or address are not to be had.
    public func run(_ signals: SignalStream) async throws -> Int32 {
        let folder = try DemoFolder()
        defer { folder.remove() }
        let sinks = try DemoSinks(broken: settings.broken) { [self] in arrived($0) }
        try folder.write("ruleval.yml", DemoConfiguration.text(sinks: sinks))
        for rule in DemoConfiguration.rules { try folder.write("rules/\(rule.name)", rule.text) }

        let store = EmbeddedStore(limits: .init(retention: .seconds(2 * 3600), maximumBytes: 64 << 20))
        var world = DemoWorld(start: started)
        scrape(&world, into: store)
        var options = DaemonOptions(configuration: folder.path + "/ruleval.yml", stateDirectory: folder.path + "/state")
        options.listenHost = settings.host
        options.listenPort = settings.port
        let log = Log(clock: SystemClock()) { [say] line in
            if !line.contains("level=info") { say("    \(line)") }
        }
        let daemon = try await Daemon(options, clock: clock, embedded: store, log: log)
        try await daemon.start()
        introduce(world, port: await daemon.port)

        let work = Task { await self.live(world, store, daemon) }
        let watch = Task {
            for await _ in signals { break }
            work.cancel()
        }
        await work.value
        watch.cancel()
        await daemon.stop()
        await sinks.stop()
        return conclude()
    }

    private func introduce(_ world: DemoWorld, port: Int) {
        say(
            "ruleval demo: four simulated services in the embedded store, rules/ unchanged, real receivers on loopback.\n"
        )
        say(
            "The clock runs \(Int(settings.speed)) times as fast: a minute here is \(Int(60 / settings.speed)) seconds of yours.\n"
        )
        say("Look at http://\(settings.host):\(port)/api/v1/rules, /api/v1/alerts, /api/v1/incidents, /metrics\n\n")
        for (name, incident, time) in world.script {
            say("  \(Self.pad(name, 10)) from minute \(time.lowerBound.components.seconds / 60): \(incident)\n")
        }
        say("\n")
    }

    /// Scrapes and looks until the cycle is over or the task is cancelled.
    private func live(_ initial: DemoWorld, _ store: EmbeddedStore, _ daemon: Daemon) async {
        var world = initial
        var states: [String: AlertState] = [:]
        while !Task.isCancelled {
            do { try await clock.sleep(until: world.nextScrape) } catch { return }
            scrape(&world, into: store)
            await look(at: daemon, &states)
            if settings.isOnce, progress.missing.isEmpty || clock.now() - started > Self.cycle { return }
        }
    }

    private func scrape(_ world: inout DemoWorld, into store: EmbeddedStore) {
        while world.nextScrape <= clock.now() {
            let points = world.scrape()
            _ = store.append(
                points.map { Series(labels: $0.labels, timestamps: [$0.timestamp.milliseconds], values: [$0.value]) })
        }
    }

    /// Tells what changed since the last look.
    private func look(at daemon: Daemon, _ states: inout [String: AlertState]) async {
        let status = await daemon.ruleStatus()
        let rules = status.flatMap(\.rules)
        if progress.missing.contains(.evaluated), rules.contains(where: { $0.health.lastEvaluation != nil }) {
            tell(.evaluated, "\(rules.count) rules in \(status.count) groups are evaluated every 15 s of the demo")
        }
        for rule in rules {
            guard let state = rule.state, states[rule.rule.name, default: .inactive] != state else { continue }
            states[rule.rule.name] = state
            switch state {
            case .pending: tell(.pending, "\(rule.rule.name) is pending: its condition holds")
            case .firing: tell(.firing, "\(rule.rule.name) fires, \(rule.alerts.count) alert(s)")
            case .inactive: line("\(rule.rule.name) is over")
            }
        }
    }

    private func arrived(_ arrival: DemoSinks.Arrival) {
        switch arrival {
        case .slack(let title): tell(.slack, "Slack      ◀ \(title)")
        case .mail(let subject, let to): tell(.mail, "mail       ◀ \(subject) (to \(to.joined(separator: ", ")))")
        case .webhook(let status, let name, let alerts):
            tell(.grouped, "\(alerts) alert(s) of the group alertname=\(name) travel together")
            tell(.webhook, "webhook    ◀ \(status) \(name)")
            if status == "resolved" { tell(.resolved, "\(name) is resolved and everybody was told") }
        case .escalation(let status, let name):
            if status == "firing" { tell(.escalated, "on-call    ◀ \(name): nobody acknowledged it for 4 minutes") }
        }
    }

    private func tell(_ stage: DemoStage, _ text: String) {
        let isNew = progress.note(stage)
        line(text + (isNew ? "   [\(stage.rawValue)]" : ""))
    }

    private func line(_ text: String) {
        let seconds = (clock.now() - started).components.seconds
        say("\(Self.pad("\(seconds / 60)m\(seconds % 60)s", 7)) \(text)\n")
    }

    private func conclude() -> Int32 {
        let missing = progress.missing
        if !settings.isOnce { return 0 }
        say("\n")
        for stage in DemoStage.allCases { say("  \(missing.contains(stage) ? "✘" : "✔") \(stage.rawValue)\n") }
        if missing.isEmpty { return 0 }
        say("\ndid not happen: \(missing.map(\.rawValue).joined(separator: "; "))\n")
        return 1
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
