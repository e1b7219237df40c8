import Alerts
import Base
import QueryEngine
import RuleFiles
import Ruler
import Synchronization
import Testing
import TimeSeries

/// Keeps what a ruler hands on.
private final class Sink: RulerSink {
    struct State {
        var changes: [AlertStateChanges] = []
        var sent: [PostedAlert] = []
        var samples: [RecordedSample] = []
    }
    let state = Mutex(State())

    func persist(_ changes: AlertStateChanges) async { state.withLock { $0.changes.append(changes) } }
    func send(_ alerts: [PostedAlert]) async { state.withLock { $0.sent += alerts } }
    func record(_ samples: [RecordedSample]) async { state.withLock { $0.samples += samples } }
    func observe(_: EvaluationObservation) {}

    func takeSent() -> [PostedAlert] {
        state.withLock { state in
            defer { state.sent = [] }
            return state.sent
        }
    }
}

/// A source that can be broken.
private final class Source: SeriesSource {
    let store = EmbeddedStore()
    let isDown = Mutex(false)
    struct Down: Error, CustomStringConvertible { var description: String { "connection refused" } }

    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        if isDown.withLock({ $0 }) { throw Down() }
        return try await store.fetch(requests)
    }
}

@Suite("The ruler")
struct RulerTests {
    private let sink = Sink()
    private let source = Source()
    private let clock = ManualClock(now: Timestamp(milliseconds: 1_000_000_000))
    private let start = Timestamp(milliseconds: 1_000_000_000)

    private func ruler(_ text: String, features: RulerSettings = RulerSettings()) async throws -> Ruler {
        let ruler = Ruler(sink: sink, clock: clock)
        await ruler.load([try Self.file(text)], settings: features, querier: querier)
        return ruler
    }

    private var querier: RuleQuerier { RuleQuerier(source: source, server: nil, overlay: EmbeddedStore()) }

    private static func file(_ text: String) throws -> RuleFile {
        let outcome = RuleFileLoader.load(text: text, path: "rules.yml")
        return try #require(outcome.file, "\(outcome.diagnostics)")
    }

    private func put(_ name: String, _ value: Double, at time: Timestamp, _ labels: [String: String] = [:]) throws {
        var all = labels
        all["__name__"] = name
        try source.store.append(.float(value), Labels(all.map { ($0.key, $0.value) }), at: time)
    }

    private func status(_ ruler: Ruler, _ name: String) async throws -> RuleStatus {
        try #require(await ruler.status().flatMap(\.rules).first { $0.rule.name == name })
    }

    @Test func aRuleSeesWhatTheRulesBeforeItRecordedInTheSameTick() async throws {
        let ruler = try await ruler(
            """
            groups:
              - name: g
                rules:
                  - {record: a:double, expr: up * 2}
                  - {alert: Doubled, expr: 'a:double == 2', labels: {severity: page}}
                  - {record: a:alerts, expr: 'count(ALERTS{alertstate="firing"})'}
            """)
        try put("up", 1, at: start, ["job": "api"])
        await ruler.evaluateAll(at: start)
        let sent = sink.takeSent()
        #expect(sent.map(\.labels.description) == ["{alertname=\"Doubled\", job=\"api\", severity=\"page\"}"])
        #expect(sent.first?.startsAt == start)
        let recorded = sink.state.withLock { $0.samples }
        #expect(recorded.contains { $0.labels == ["__name__": "a:alerts"] && $0.value == .float(1) })
    }

    @Test func noAnswerEndsNothingAndMakesTheRuleUnhealthy() async throws {
        let ruler = try await ruler("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]")
        try put("up", 0, at: start)
        await ruler.evaluateAll(at: start)
        #expect(sink.takeSent().count == 1)
        source.isDown.withLock { $0 = true }
        await ruler.evaluateAll(at: start + .seconds(120))
        let prolonged = sink.takeSent()
        #expect(prolonged.count == 1)
        #expect(try #require(prolonged.first?.endsAt) > start + .seconds(120))
        var rule = try await status(ruler, "Down")
        #expect(rule.health.word == "err")
        #expect(rule.health.lastError == "connection refused")
        #expect(rule.state == .firing)
        source.isDown.withLock { $0 = false }
        try put("up", 1, at: start + .seconds(180))
        await ruler.evaluateAll(at: start + .seconds(180))
        rule = try await status(ruler, "Down")
        #expect(rule.health.word == "ok")
        #expect(sink.takeSent().first?.endsAt == start + .seconds(180))
    }

    @Test func annotationsMayQuery() async throws {
        let ruler = try await ruler(
            """
            groups:
              - name: g
                rules:
                  - alert: Down
                    expr: up == 0
                    labels: {team: '{{ $labels.job }}-team'}
                    annotations:
                      summary: '{{ $labels.job }} is {{ $value }}, of {{ query "count(up)" | first | value }}'
            """)
        try put("up", 0, at: start, ["job": "a"])
        try put("up", 1, at: start, ["job": "b"])
        await ruler.evaluateAll(at: start)
        let sent = try #require(sink.takeSent().first)
        #expect(sent.annotations["summary"] == "a is 0, of 2")
        #expect(sent.labels["team"] == "a-team")
        #expect(sent.generatorURL == "/graph?g0.expr=up+%3D%3D+0&g0.tab=1")
    }

    @Test func seriesThatVanishAreEnded() async throws {
        let ruler = try await ruler("groups: [{name: g, rules: [{record: 'a:x', expr: x > 0}]}]")
        try put("x", 1, at: start)
        await ruler.evaluateAll(at: start)
        try put("x", -1, at: start + .seconds(60))
        await ruler.evaluateAll(at: start + .seconds(60))
        let last = try #require(sink.state.withLock { $0.samples.last })
        guard case .float(let value) = last.value else {
            Issue.record("no float")
            return
        }
        #expect(StaleMarker.isStale(value))
    }

    @Test func externalLabelsGoOutButDoNotIdentify() async throws {
        var settings = RulerSettings()
        settings.externalLabels = ["cluster": "eu", "job": "no"]
        settings.externalURL = "http://here"
        let ruler = try await ruler("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]", features: settings)
        try put("up", 0, at: start, ["job": "a"])
        await ruler.evaluateAll(at: start)
        #expect(sink.takeSent().first?.labels == ["alertname": "Down", "cluster": "eu", "job": "a"])
        #expect(try await status(ruler, "Down").alerts.first?.labels == ["alertname": "Down", "job": "a"])
    }

    /// promtool takes it, too.
    @Test func anIntervalOfZeroIsTheServersOwn() async throws {
        var settings = RulerSettings()
        settings.evaluationInterval = .seconds(20)
        let ruler = try await ruler(
            "groups: [{name: g, interval: 0s, rules: [{record: a, expr: up}]}, {name: h, rules: [{record: b, expr: up}]}]",
            features: settings)
        #expect(await ruler.status().map(\.interval) == [.seconds(20), .seconds(20)])
    }

    @Test func reloadKeepsAlertsOfTheSameRule() async throws {
        let text = "groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 1m}]}]"
        let ruler = try await ruler(text)
        try put("up", 0, at: start)
        await ruler.evaluateAll(at: start)
        await ruler.load([try Self.file(text)], settings: RulerSettings(), querier: querier)
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(try await status(ruler, "Down").alerts.first?.activeAt == start)
        #expect(try await status(ruler, "Down").state == .firing)
    }

    @Test func aRestartGoesOnCounting() async throws {
        let text = "groups: [{name: g, rules: [{alert: Down, expr: up == 0, for: 1h}]}]"
        let first = try await ruler(text)
        try put("up", 0, at: start)
        await first.evaluateAll(at: start)
        let saved = sink.state.withLock { state in
            Dictionary(grouping: state.changes, by: \.rule).mapValues { $0.flatMap(\.updated) }
        }
        let second = Ruler(sink: sink, clock: clock)
        await second.load([try Self.file(text)], settings: RulerSettings(), querier: querier)
        clock.set(start + .seconds(1800))
        await second.restore(saved, downSince: start + .seconds(1700))
        try put("up", 0, at: start + .seconds(1800))
        await second.evaluateAll(at: start + .seconds(1800))
        #expect(try await status(second, "Down").alerts.first?.activeAt == start + .seconds(100))
    }

    @Test func groupsTickByTheirClock() async throws {
        let ruler = try await ruler("groups: [{name: g, interval: 10s, rules: [{alert: Down, expr: vector(1)}]}]")
        await ruler.start()
        for _ in 0..<3 {
            while clock.nextDeadline == nil { await Task.yield() }
            if let next = clock.nextDeadline { clock.set(next) }
            while clock.sleeperCount == 0 { await Task.yield() }
        }
        await ruler.stop()
        let group = try #require(await ruler.status().first)
        #expect(group.missedTicks == 0)
        #expect(try #require(group.lastEvaluation) > start + .seconds(20))
        #expect(group.rules.first?.state == .firing)
    }
}
