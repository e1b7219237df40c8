import Alerts
import Base
import QueryEngine
import RuleFiles
import Synchronization
import Testing
import TimeSeries

@testable import Ruler

/// What survives restarts, new state folders and clocks that are set.
@Suite("Rules across outages")
struct OutageTests {
    private final class Sink: RulerSink {
        struct State {
            var changes: [AlertStateChanges] = []
            var sent: [PostedAlert] = []
        }
        let state = Mutex(State())
        func persist(_ changes: AlertStateChanges) async { state.withLock { $0.changes.append(changes) } }
        func send(_ alerts: [PostedAlert]) async { state.withLock { $0.sent += alerts } }
        func record(_: [RecordedSample]) async {}
        func observe(_: EvaluationObservation) {}
        var sent: [PostedAlert] {
            state.withLock { state in
                defer { state.sent = [] }
                return state.sent
            }
        }
        var changes: [AlertStateChanges] { state.withLock { $0.changes } }
    }

    private let sink = Sink()
    private let store = EmbeddedStore()
    private let start = Timestamp(milliseconds: 1_000_000_000)

    private func ruler(_ text: String, _ settings: RulerSettings = RulerSettings()) async throws -> Ruler {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        let file = try #require(RuleFileLoader.load(text: text, path: "rules.yml").file)
        let querier = RuleQuerier(source: store, server: nil, overlay: EmbeddedStore())
        await ruler.load([file], settings: settings, querier: querier)
        return ruler
    }

    private func put(_ value: Double, _ labels: Labels, at time: Timestamp) throws {
        try store.append(.float(value), labels, at: time)
    }

    private func alert(_ ruler: Ruler, _ name: String) async -> (state: AlertState, activeAt: Timestamp)? {
        let rule = await ruler.status().flatMap(\.rules).first { $0.rule.name == name }
        return rule?.alerts.first.map { ($0.state, $0.activeAt) }
    }

    private func forState(_ name: String, activeAt: Timestamp, seen: Timestamp, _ more: [String: String] = [:]) throws {
        var labels = more
        labels["__name__"] = "ALERTS_FOR_STATE"
        labels["alertname"] = name
        try put(activeAt.seconds, Labels(labels.map { ($0.key, $0.value) }), at: seen)
    }

    @Test func aNewStateFolderLearnsFromTheSource() async throws {
        var settings = RulerSettings()
        settings.externalLabels = ["cluster": "eu"]
        let ruler = try await ruler(
            """
            groups:
              - name: g
                rules:
                  - {alert: Fired, expr: up == 0, for: 5m}
                  - {alert: Waits, expr: up == 0, for: 1h}
                  - {alert: Late, expr: up == 0, for: 30m}
                  - {alert: Ended, expr: up == 0, for: 30m}
                  - {alert: Old, expr: up == 0, for: 30m}
                  - {alert: Fresh, expr: up == 0, for: 30m}
                  - {alert: Over, expr: up == 2, for: 5m}
            """, settings)
        let down = start - .seconds(100)
        try forState("Fired", activeAt: start - .seconds(700), seen: down)
        // Came back by remote write, with the external labels.
        try forState("Waits", activeAt: start - .seconds(1000), seen: down, ["cluster": "eu"])
        try forState("Late", activeAt: start - .seconds(1800), seen: down)
        try forState("Ended", activeAt: start - .seconds(700), seen: down)
        try put(StaleMarker.value, ["__name__": "ALERTS_FOR_STATE", "alertname": "Ended"], at: down + .seconds(15))
        try forState("Old", activeAt: start - .seconds(9000), seen: start - .seconds(3700))
        try forState("Over", activeAt: start - .seconds(700), seen: down)
        try put(0, ["__name__": "up"], at: start)
        await ruler.recall()
        await ruler.evaluateAll(at: start)
        // It had been active for its five minutes: it fires with the first evaluation, and not anew.
        #expect(await alert(ruler, "Fired")?.state == .firing)
        #expect(await alert(ruler, "Fired")?.activeAt == start - .seconds(700))
        // The time down does not count.
        #expect(await alert(ruler, "Waits")?.activeAt == start - .seconds(900))
        #expect(await alert(ruler, "Waits")?.state == .pending)
        // 100 s were left: it waits the grace period of ten minutes.
        #expect(await alert(ruler, "Late")?.activeAt == start + .seconds(600 - 1800))
        for name in ["Ended", "Old", "Fresh"] { #expect(await alert(ruler, name)?.activeAt == start, "\(name)") }
        #expect(await alert(ruler, "Over") == nil)
        #expect(sink.sent.map { $0.labels["alertname"] } == ["Fired"])
        // What was learnt is kept.
        let kept = sink.changes.flatMap(\.updated).first { $0.labels["alertname"] == "Waits" }
        #expect(kept?.activeAt == start - .seconds(900))
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(await alert(ruler, "Waits")?.activeAt == start - .seconds(900))
    }

    @Test func endsThatWereNotToldAreToldAfterARestart() async throws {
        let ruler = try await ruler("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]")
        func ended(_ seconds: Int64) -> ActiveAlert {
            ActiveAlert(
                labels: ["alertname": "Down", "n": "\(seconds)"], annotations: .empty, value: 0, state: .inactive,
                activeAt: start - .seconds(2000), firedAt: start - .seconds(2000),
                resolvedAt: start - .seconds(seconds), lastSentAt: start - .seconds(1900),
                validUntil: start - .seconds(1000))
        }
        let identity = RuleIdentity(file: "rules.yml", group: "g", rule: "alert:Down{}#0")
        await ruler.restore([identity: [ended(60), ended(1000)]], downSince: start - .seconds(50))
        // Within a quarter of an hour it is told; later nobody waits for it any more.
        let told = sink.sent
        #expect(told.map { $0.labels["n"] } == ["60"])
        #expect(told.first?.endsAt == start - .seconds(60))
        await ruler.evaluateAll(at: start + .seconds(30))
        #expect(sink.sent.isEmpty)
    }

    @Test func alertsOfRulesThatAreGoneAreForgotten() async throws {
        let ruler = try await ruler("groups: [{name: g, rules: [{alert: Down, expr: up == 0}]}]")
        let gone = RuleIdentity(file: "rules.yml", group: "g", rule: "alert:Gone{}#0")
        let moved = RuleIdentity(file: "other.yml", group: "g", rule: "alert:Down{}#0")
        let alert = ActiveAlert(
            labels: ["alertname": "Gone"], annotations: .empty, value: 0, state: .firing, activeAt: start,
            firedAt: start)
        await ruler.restore([gone: [alert], moved: [alert]], downSince: start)
        #expect(Set(sink.changes.map(\.rule)) == [gone, moved])
        #expect(sink.changes.allSatisfy { $0.removed == [["alertname": "Gone"]] })
        #expect(sink.sent.isEmpty)
    }

    @Test func lastEvaluationsAreKept() async throws {
        let ruler = try await ruler("groups: [{name: g, rules: [{record: a, expr: up}, {alert: B, expr: up == 0}]}]")
        for tick in 0..<(RuleEvaluation.kept + 2) {
            let time = start + .seconds(Int64(tick) * 60)
            try put(tick % 2 == 0 ? 0 : 1, ["__name__": "up"], at: time)
            await ruler.evaluateAll(at: time)
        }
        let rules = await ruler.status().flatMap(\.rules)
        #expect(rules.map(\.recent.count) == [RuleEvaluation.kept, RuleEvaluation.kept])
        #expect(rules[0].recent.allSatisfy { $0.samples == 1 && $0.series == 1 && $0.error == nil })
        #expect(rules[0].recent.last?.at == start + .seconds(11 * 60))
        // ALERTS and ALERTS_FOR_STATE while it fires.
        #expect(rules[1].recent.map(\.series) == [2, 0, 2, 0, 2, 0, 2, 0, 2, 0])
    }

    @Test func aClockThatIsSetMovesWhatWasRemembered() throws {
        var core = AlertingRuleCore(holdDuration: .seconds(600), keepFiringFor: .zero)
        let sample = AlertSample(labels: ["alertname": "A"], annotations: .empty, value: 1)
        _ = try core.apply([sample], at: start)
        core.shift(by: .seconds(-3600))
        _ = try core.apply([sample], at: start - .seconds(3600 - 599))
        #expect(core.state == .pending)
        _ = try core.apply([sample], at: start - .seconds(3600 - 600))
        #expect(core.state == .firing)
        core.shift(by: .seconds(3600))
        #expect(core.active.first?.firedAt == start + .seconds(600))
        _ = try core.apply([], at: start + .seconds(700))
        let ended = core.takeDue(at: start + .seconds(700), interval: .seconds(60), resendDelay: .seconds(60))
        #expect(ended.first?.resolvedAt == start + .seconds(700))
    }

    @Test func aClockThatIsSetBackIsNoticed() {
        let clock = SteppedClock(now: start)
        var steps = ClockSteps(clock)
        clock.pass(.seconds(60))
        #expect(steps.take(clock) == nil)
        clock.set(.seconds(-3600))
        clock.pass(.seconds(1))
        #expect(steps.take(clock) == .seconds(-3600))
        clock.pass(.seconds(60))
        #expect(steps.take(clock) == nil)
        clock.set(.milliseconds(500))
        #expect(steps.take(clock) == nil)
    }

    @Test func samplesOfTheFutureGoWhenTheClockIsSetBack() throws {
        for second in 0..<300 { try put(Double(second), ["__name__": "a"], at: start + .seconds(Int64(second))) }
        try put(1, ["__name__": "b"], at: start + .seconds(250))
        store.drop(after: start + .seconds(99))
        let all = store.select(
            SeriesRequest(
                matchers: [try LabelMatcher("__name__", .matches, "a|b")], start: start, end: start + .seconds(999))
        ).series
        #expect(all.map(\.count) == [100])
        #expect(store.statistics.samples == 100)
        try put(7, ["__name__": "a"], at: start + .seconds(100))
        try put(7, ["__name__": "b"], at: start + .seconds(100))
        #expect(store.statistics.series == 2)
    }
}

/// A clock that a test sets apart from the time that passes.
private final class SteppedClock: WallClock {
    private struct State {
        var now: Timestamp
        var uptime = Duration.zero
    }
    private let state: Mutex<State>
    init(now: Timestamp) { state = Mutex(State(now: now)) }
    func now() -> Timestamp { state.withLock { $0.now } }
    func uptime() -> Duration { state.withLock { $0.uptime } }
    func sleep(until _: Timestamp) async throws {}
    func pass(_ duration: Duration) {
        state.withLock { state in
            state.now = state.now + duration
            state.uptime += duration
        }
    }
    func set(_ step: Duration) { state.withLock { $0.now = $0.now + step } }
}
