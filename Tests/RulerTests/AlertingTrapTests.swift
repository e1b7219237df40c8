import Alerts
import Base
import QueryEngine
import RuleFiles
import Synchronization
import Testing
import TimeSeries

@testable import Ruler

/// What an evaluator easily gets wrong, as Prometheus does it.
@Suite("What is easily got wrong about rules")
struct AlertingTrapTests {
    private let sink = RecordingSink()
    private let history = FakeHistory()
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func ruler(_ rules: String, clock: (any WallClock)? = nil) async throws -> Ruler {
        let ruler = Ruler(sink: sink, clock: clock ?? ManualClock(now: start))
        try await load(rules, into: ruler)
        return ruler
    }

    /// The rules of one group.
    private func load(_ rules: String, into ruler: Ruler, _ overlay: EmbeddedStore = EmbeddedStore()) async throws {
        let outcome = RuleFileLoader.load(text: "groups:\n- \(rules)", path: "rules.yml")
        let file = try #require(outcome.file, "\(outcome.diagnostics)")
        let querier = RuleQuerier(source: history, server: nil, overlay: overlay)
        await ruler.load([file], settings: RulerSettings(), querier: querier)
    }

    private func rule(_ ruler: Ruler, _ index: Int) async -> RuleStatus? {
        let rules = await ruler.status().flatMap(\.rules)
        return rules.indices.contains(index) ? rules[index] : nil
    }

    @Test func anAlertStartsWhenItFiresAndEndsFourDelaysLater() async throws {
        let ruler = try await ruler("{name: g, interval: 30s, rules: [{alert: A, expr: up == 0, for: 1m}]}")
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        await ruler.evaluateAll(at: start + .seconds(30))
        // Who only waits is never told of.
        #expect(sink.take().sent.isEmpty)
        await ruler.evaluateAll(at: start + .seconds(60))
        let sent = try #require(sink.take().sent.first)
        #expect(sent.startsAt == start + .seconds(60))
        #expect(sent.endsAt == start + .seconds(60 + 4 * 60))
        #expect(await rule(ruler, 0)?.alerts.first?.activeAt == start)
    }

    @Test func anEndIsToldAgainAsItWasUntilTheAlertComesBack() async throws {
        let ruler = try await ruler("{name: g, interval: 1m, rules: [{alert: A, expr: up == 0}]}")
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        history.put(1, ["__name__": "up"], at: start + .seconds(60))
        var ends: [Timestamp?] = []
        _ = sink.take()
        for minute in 1...7 as ClosedRange<Int64> {
            history.put(1, ["__name__": "up"], at: start + .seconds(minute * 60))
            await ruler.evaluateAll(at: start + .seconds(minute * 60))
            ends += sink.take().sent.map(\.endsAt)
        }
        #expect(ends == [Timestamp?](repeating: start + .seconds(60), count: 4))
        history.put(0, ["__name__": "up"], at: start + .seconds(480))
        await ruler.evaluateAll(at: start + .seconds(480))
        let again = sink.take().sent
        #expect(again.map(\.startsAt) == [start + .seconds(480)])
        #expect(again.allSatisfy { ($0.endsAt ?? start) > start + .seconds(480) })
    }

    @Test func anErrorOfOneRuleIsNoEmptyResultAndStopsNoOther() async throws {
        let ruler = try await ruler(
            """
            {name: g, rules: [{record: r, expr: up}, {alert: A, expr: up == 0},
              {record: c, expr: 'count(ALERTS) + count(r)'}, {record: b, expr: vector(1)}]}
            """)
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        _ = sink.take()
        history.isDown = true
        await ruler.evaluateAll(at: start + .seconds(60))
        let (sent, samples) = sink.take()
        // Nothing goes stale, nothing is over; the rule that asks nothing goes on.
        #expect(samples == [.init(labels: ["__name__": "b"], timestamp: start + .seconds(60), value: .float(1))])
        #expect(sent.allSatisfy { ($0.endsAt ?? start) > start + .seconds(60) })
        #expect(await rule(ruler, 0)?.health.word == "err")
        #expect(await rule(ruler, 1)?.state == .firing)
        #expect(await rule(ruler, 3)?.health.word == "ok")
    }

    @Test func overTheLimitNothingIsRecordedAndAlertsGoWithoutAWord() async throws {
        let ruler = try await ruler(
            "{name: g, limit: 1, rules: [{alert: A, expr: up == 0}, {record: r, expr: up == 0}]}")
        history.put(0, ["__name__": "up", "job": "a"], at: start)
        await ruler.evaluateAll(at: start)
        #expect(sink.take().sent.count == 1)
        history.put(0, ["__name__": "up", "job": "b"], at: start + .seconds(60))
        history.put(0, ["__name__": "up", "job": "a"], at: start + .seconds(60))
        await ruler.evaluateAll(at: start + .seconds(60))
        let (sent, samples) = sink.take()
        #expect(sent.isEmpty)
        #expect(samples.isEmpty)
        #expect(await rule(ruler, 0)?.alerts.isEmpty == true)
        #expect(await rule(ruler, 0)?.health.lastError == "exceeded limit of 1 with 2 alerts")
        #expect(await rule(ruler, 1)?.health.lastError == "exceeded limit of 1 with 2 series")
    }

    @Test func aRemovedRuleTellsNobodyAndEndsItsSeries() async throws {
        let clock = ManualClock(now: start)
        let ruler = try await ruler(
            "{name: g, rules: [{alert: A, expr: up == 0}, {record: r, expr: up}, {record: s, expr: up}]}", clock: clock)
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        _ = sink.take()
        clock.set(start + .seconds(10))
        try await load("{name: g, rules: [{record: s, expr: up}]}", into: ruler)
        history.put(0, ["__name__": "up"], at: start + .seconds(60))
        await ruler.evaluateAll(at: start + .seconds(60))
        let (sent, samples) = sink.take()
        #expect(sent.isEmpty)
        #expect(Set(samples.map { $0.labels["__name__"] ?? "" }) == ["ALERTS", "ALERTS_FOR_STATE", "r", "s"])
        for sample in samples {
            guard case .float(let value) = sample.value else { continue }
            #expect(StaleMarker.isStale(value) == (sample.labels["__name__"] != "s"))
            #expect(sample.timestamp == start + .seconds(60))
        }
        #expect(sink.held.withLock { $0.kept.values.allSatisfy(\.isEmpty) })
    }

    @Test func labelSetsAreUniqueOnceTheRulesLabelsAreOn() async throws {
        let ruler = try await ruler(
            """
            {name: g, rules: [{alert: A, expr: up == 0, labels: {job: ''}}, {record: r, expr: up, labels: {job: x}},
              {record: s, expr: 'up{job="a"}', labels: {job: '', team: '{{ $labels.job }}'}},
              {alert: N, expr: '{__name__=~"up|down"} == 0'}]}
            """)
        history.put(0, ["__name__": "up", "job": "a"], at: start)
        history.put(0, ["__name__": "up", "job": "b"], at: start)
        await ruler.evaluateAll(at: start)
        let words = "vector contains metrics with the same labelset after applying"
        #expect(await rule(ruler, 0)?.health.lastError == "\(words) alert labels")
        #expect(await rule(ruler, 1)?.health.lastError == "\(words) rule labels")
        // An empty value takes the label away; labels of recording rules are no templates.
        let recorded = sink.take().samples.filter { $0.labels["__name__"] == "s" }
        #expect(recorded.map(\.labels) == [["__name__": "s", "team": "{{ $labels.job }}"]])
        #expect(await rule(ruler, 3)?.alerts.count == 2)
        // Without the metric's name two are one.
        history.put(0, ["__name__": "down", "job": "a"], at: start + .seconds(60))
        history.put(0, ["__name__": "up", "job": "a"], at: start + .seconds(60))
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(await rule(ruler, 3)?.health.lastError == "\(words) alert labels")
    }

    @Test func aTemplateThatFailsIsSentAsItsError() async throws {
        let ruler = try await ruler(
            """
            {name: g, rules: [{alert: A, expr: up == 0,
              labels: {bad: '{{ query "none" | first | value }}', name: '{{ $labels.__name__ }}', alertname: no},
              annotations: {size: '{{ 1500000.0 }}', text: '{{ template "none" }}'}}]}
            """)
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        let sent = try #require(sink.take().sent.first)
        #expect(sent.labels["bad"]?.hasPrefix("<error expanding template: ") == true)
        #expect(sent.labels["name"] == "up")
        #expect(sent.labels["alertname"] == "A")
        #expect(sent.annotations["size"] == "1.5e+06")
        #expect(sent.annotations["text"]?.hasPrefix("<error expanding template: ") == true)
        #expect(await rule(ruler, 0)?.health.word == "ok")
    }

    @Test func recordedSamplesCarryTheAlignedTickAndTheOffsetMovesBoth() async throws {
        let clock = ManualClock(now: start + .milliseconds(123))
        let ruler = try await ruler(
            """
            {name: g, interval: 10s, query_offset: 30s, rules: [{record: r, expr: time()}, {alert: A, expr: vector(1)}]}
            """, clock: clock)
        await ruler.start()
        for turn in 0..<4 as Range<Int64> {
            while clock.nextDeadline == nil { await Task.yield() }
            // Somewhat late, as timers are, and not always by as much.
            if let next = clock.nextDeadline { clock.set(next + .milliseconds(250 * turn)) }
            while clock.sleeperCount == 0 { await Task.yield() }
        }
        await ruler.stop()
        let written = sink.take().samples
        let samples = written.filter { $0.labels["__name__"] == "r" }
        let times = samples.map(\.timestamp)
        #expect(times.count == 4)
        for name in ["ALERTS", "ALERTS_FOR_STATE"] {
            #expect(written.filter { $0.labels["__name__"] == name }.map(\.timestamp) == times)
        }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .seconds(10) })
        // The query looks at the same instant.
        #expect(samples.allSatisfy { $0.value == .float($0.timestamp.seconds) })
        #expect((times.first ?? start) <= start - .seconds(20))
    }

    @Test func aReloadKeepsAlertsByNameAndLabelsEvenWithAnotherExpression() async throws {
        let ruler = try await ruler("{name: g, rules: [{alert: A, expr: up == 0, for: 1h, labels: {a: b}}]}")
        history.put(0, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        try await load("{name: g, rules: [{alert: A, expr: up < 1, for: 2h, labels: {a: b}}]}", into: ruler)
        #expect(await rule(ruler, 0)?.alerts.first?.activeAt == start)
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(await rule(ruler, 0)?.alerts.first?.activeAt == start)
        try await load("{name: g, rules: [{alert: A, expr: up < 1, for: 2h, labels: {a: c}}]}", into: ruler)
        #expect(await rule(ruler, 0)?.alerts.isEmpty == true)
    }

    /// - Parameter steps: By how many seconds the clock is set in which minute.
    @Test(arguments: [[3: -3600, 6: 3600], [3: -3600], [3: 3600]])
    func aClockThatIsSetNeitherFiresNorForgets(_ steps: [Int: Int64]) async throws {
        let clock = ClockSetByTests(ManualClock(now: start))
        let ruler = try await ruler(
            "{name: g, interval: 1m, rules: [{alert: A, expr: vector(1), for: 10m}]}", clock: clock)
        await ruler.start()
        var firedAfter: Int?
        for minute in 0..<20 {
            if let step = steps[minute] { clock.set(by: .seconds(step)) }
            while clock.steady.sleeperCount == 0 { await Task.yield() }
            clock.steady.advance(by: .seconds(60))
            while clock.steady.sleeperCount == 0 { await Task.yield() }
            if firedAfter == nil, await rule(ruler, 0)?.state == .firing { firedAfter = minute }
        }
        await ruler.stop()
        // Ten minutes have passed, whatever the clock showed; a tick may be lost at each step.
        #expect((10...13).contains(firedAfter ?? 0), "\(firedAfter ?? -1)")
        let (sent, _) = sink.take()
        #expect(!sent.isEmpty)
        #expect(sent.allSatisfy { ($0.endsAt ?? start) > ($0.startsAt ?? start) })
        #expect(Set(sent.map(\.startsAt)).count == 1)
    }
}

/// A clock that is set while time goes on.
private final class ClockSetByTests: WallClock {
    /// The time that passes.
    let steady: ManualClock
    private let origin: Timestamp
    private let offset = Mutex(Duration.zero)

    init(_ steady: ManualClock) {
        self.steady = steady
        origin = steady.now()
    }

    func set(by step: Duration) { offset.withLock { $0 += step } }
    func now() -> Timestamp { steady.now() + offset.withLock { $0 } }
    func uptime() -> Duration { steady.now() - origin }
    func sleep(until deadline: Timestamp) async throws {
        try await steady.sleep(until: deadline + (.zero - offset.withLock { $0 }))
    }
    func doze(until deadline: Timestamp, atMost pause: Duration) async throws {
        try await steady.sleep(until: steady.now() + min(deadline - now(), pause))
    }
}
