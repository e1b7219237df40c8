import Alerts
import Base
import PrometheusAPI
import Ruler
import TimeSeries

/// Looks again and again whether ruleval itself works, and hands what is wrong to its own dispatcher: never to
/// `alertmanagers`, and not among the alerts of rules.
actor SelfWatch {
    /// Selectors are looked for at most this often apart.
    static let longestSelectorPause = Duration.seconds(600)
    /// Selectors match when they matched within this time at least.
    static let shortestWindow = Duration.seconds(300)

    private let clock: any WallClock
    private let intake: AlertIntake
    private let metrics: MetricFamily<MetricGauge>
    private let unmatchedGauge: MetricGauge
    /// What is wrong with the parts of the daemon.
    private let observe: @Sendable (SelfWatchSettings, Timestamp) async -> [SelfWatchCondition]
    private var settings: SelfWatchSettings?
    private var configuration: LoadedConfiguration
    private var core: SelfWatchCore?
    private var selectors = SelectorWatch()
    /// Selectors for which the source had no answer the last time.
    private var unknown: Set<String> = []
    private var nextSelectors: Timestamp?
    private var searching: Task<Void, Never>?
    private var loop: Task<Void, Never>?
    private var steps: ClockSteps

    init(
        _ configuration: LoadedConfiguration, clock: any WallClock, intake: AlertIntake, registry: MetricsRegistry,
        observe: @escaping @Sendable (SelfWatchSettings, Timestamp) async -> [SelfWatchCondition]
    ) {
        self.configuration = configuration
        self.clock = clock
        steps = ClockSteps(clock)
        self.intake = intake
        self.observe = observe
        settings = configuration.configuration.selfWatch
        metrics = registry.gauges(
            "ruleval_self_watch_alerts", "Alerts about ruleval itself that fire.", labels: ["alertname"])
        unmatchedGauge = registry.gauge(
            "ruleval_selectors_unmatched", "Selectors of rules that match nothing, as long as self_watch allows.")
    }

    /// Begins to look, when it is configured.
    func start() {
        if let settings { core = SelfWatchCore(settings) }
        selectors.reload(configuration.rules, recorded: configuration.recorded, at: clock.now())
        loop = Task { [weak self, clock] in
            while !Task.isCancelled {
                guard let pause = await self?.look() else { return }
                do { try await clock.sleep(for: pause) } catch { return }
            }
        }
    }

    /// Puts another configuration in force; what fired and is no longer watched ends by itself.
    func reload(_ configuration: LoadedConfiguration) {
        self.configuration = configuration
        settings = configuration.configuration.selfWatch
        if let settings {
            if core == nil { core = SelfWatchCore(settings) } else { core?.reload(settings) }
        } else {
            core = nil
        }
        selectors.reload(configuration.rules, recorded: configuration.recorded, at: clock.now())
    }

    /// Ends.
    func stop() {
        loop?.cancel()
        searching?.cancel()
    }

    /// Looks once; gives the pause until the next time.
    private func look() async -> Duration {
        let now = clock.now()
        if let step = steps.take(clock) { selectors.shift(by: step) }
        guard let settings else { return .seconds(5) }
        var conditions = await observe(settings, now)
        if !settings.disabled.contains(.selectorUnmatched) {
            lookForSelectors(settings, at: now)
            let unmatched = selectors.unmatched(for: settings.unmatchedAfter, at: now)
                .filter { !unknown.contains($0.selector.text) }
            unmatchedGauge.set(Double(unmatched.count))
            conditions += unmatched.map { selector, since in
                SelfWatchCondition(
                    alert: .selectorUnmatched,
                    labels: [
                        "file": selector.file, "group": selector.group, "rule": selector.rule,
                        "selector": selector.text,
                    ],
                    summary: "\(selector.text) of rule \(selector.rule) has matched nothing since "
                        + RFC3339.string(since))
            }
        }
        guard var core else { return settings.interval }
        let alerts = core.apply(conditions, at: now, externalLabels: configuration.ruler.externalLabels)
        self.core = core
        let firing = core.firing
        for alert in SelfWatchAlert.allCases { metrics.with(alert.rawValue).set(Double(firing[alert] ?? 0)) }
        if !alerts.isEmpty { _ = await intake.take(alerts, overHTTP: false) }
        return settings.interval
    }

    // MARK: - Selectors

    private func lookForSelectors(_ settings: SelfWatchSettings, at now: Timestamp) {
        let pause = min(max(settings.unmatchedAfter / 4, settings.interval), Self.longestSelectorPause)
        // A clock that was set back must not stretch the pause.
        if let next = nextSelectors, now < next, next - now <= pause { return }
        guard searching == nil, let querier = configuration.querier else { return }
        nextSelectors = now + pause
        let window = max(pause * 2, Self.shortestWindow)
        let wanted = selectors.selectors
        searching = Task { [weak self] in
            for selector in wanted {
                let answer = await Self.matches(selector, querier, from: now - window, to: now)
                guard !Task.isCancelled, let self else { return }
                await self.note(selector, answer, at: now)
            }
            await self?.searched()
        }
    }

    private func searched() { searching = nil }

    private func note(_ selector: SelectorWatch.Selector, _ answer: Bool?, at now: Timestamp) {
        if answer == nil { unknown.insert(selector.text) } else { unknown.remove(selector.text) }
        if answer == true { selectors.noteMatch(selector, at: now) }
    }

    /// Whether a selector matches any series of the source; nil when that has no answer.
    private static func matches(
        _ selector: SelectorWatch.Selector, _ querier: RuleQuerier, from start: Timestamp, to end: Timestamp
    ) async -> Bool? {
        if let store = querier.source as? EmbeddedStore {
            return !store.series(selector.matchers, start: start, end: end).isEmpty
        }
        guard let server = querier.source as? PrometheusSource else { return nil }
        let fields = [
            ("match[]", selector.text), ("start", "\(start.milliseconds / 1000)"),
            ("end", "\(end.milliseconds / 1000 + 1)"), ("limit", "1"),
        ]
        guard let data = try? await server.client.data("/api/v1/series", fields) else { return nil }
        return data.array.map { !$0.isEmpty }
    }
}
