import Base
import QueryEngine
import RuleFiles
import Testing
import TimeSeries

@testable import Ruler

/// What becomes of a series that more than one rule gives, at one tick or one after the other.
@Suite("Series that several rules give")
struct SharedSeriesTests {
    private let sink = RecordingSink()
    private let history = FakeHistory()
    private let overlay = EmbeddedStore()
    private let start = Timestamp(milliseconds: 1_700_000_000_000)

    private func load(_ rules: String, into ruler: Ruler, server: (any InstantQuerying)? = nil) async throws {
        let outcome = RuleFileLoader.load(text: "groups:\n- \(rules)", path: "rules.yml")
        let file = try #require(outcome.file, "\(outcome.diagnostics)")
        await ruler.load(
            [file], settings: RulerSettings(),
            querier: RuleQuerier(source: history, server: server, overlay: overlay))
    }

    private func health(_ ruler: Ruler) async -> [String] {
        await ruler.status().flatMap(\.rules).map { $0.health.lastError ?? "ok" }
    }

    private func text(_ samples: [RecordedSample]) -> [String] {
        samples.map { sample in
            guard case .float(let value) = sample.value else { return "histogram" }
            let shown = StaleMarker.isStale(value) ? "ends" : "\(value)"
            return "\(sample.labels) \(shown) at \((sample.timestamp - start).seconds)"
        }
    }

    /// - Source: observed on Prometheus 3.5.3.
    @Test func theFirstRuleOfATickWinsAndTheOtherSaysSo() async throws {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        try await load(
            """
            {name: g, rules: [{record: r, expr: vector(1)}, {record: r, expr: vector(2)}, {record: r, expr: vector(1)},
              {record: s, expr: 'label_replace(vector(3), "a", "b", "", "") or vector(4e6)'}, {record: s, expr: vector(5)},
              {alert: A, expr: vector(1)}, {alert: A, expr: up == 0}, {record: seen, expr: r}]}
            """, into: ruler)
        await ruler.evaluateAll(at: start)
        let words = "duplicate sample for timestamp"
        #expect(
            await health(ruler) == [
                "ok", "\(words) 1700000000000; overrides not allowed: existing 1, new value 2", "ok", "ok",
                "\(words) 1700000000000; overrides not allowed: existing 4e+06, new value 5", "ok", "ok", "ok",
            ])
        let written = text(sink.take().samples)
        #expect(!written.contains { $0.hasSuffix(" 2.0 at 0.0") || $0.hasSuffix(" 5.0 at 0.0") })
        #expect(written.contains("seen 1.0 at 0.0"))
        // Alerts of one name and labels that began at two times differ in ALERTS_FOR_STATE only.
        let later = start + .seconds(60)
        history.put(0, ["__name__": "up"], at: later)
        await ruler.evaluateAll(at: later)
        #expect(
            await health(ruler)[6]
                == "\(words) 1700000060000; overrides not allowed: existing 1.7e+09, new value 1.70000006e+09")
        // What was not written is not ended later.
        history.put(1, ["__name__": "up"], at: later + .seconds(60))
        _ = sink.take()
        await ruler.evaluateAll(at: later + .seconds(60))
        #expect(!text(sink.take().samples).contains { $0.contains("ends") })
    }

    /// - Source: observed on Prometheus 3.5.3: the second rule has an error, and no failed evaluation is counted.
    @Test func aContradictionIsNoFailedEvaluation() async throws {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        try await load(
            """
            {name: g, rules: [{record: r, expr: vector(1)}, {record: r, expr: vector(2)},
              {record: t, expr: 'label_replace(vector(1), "a", "b", "", "") or vector(2)', labels: {a: c}}]}
            """, into: ruler)
        await ruler.evaluateAll(at: start)
        #expect(await health(ruler).map { $0 == "ok" } == [true, false, false])
        #expect(sink.takeFailing() == ["t"])
    }

    @Test func aMarkerBesideAnotherRulesSampleIsDropped() async throws {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        try await load(
            "{name: g, rules: [{record: r, expr: vector(1)}, {record: r, expr: 'vector(1) and on () up'}]}", into: ruler
        )
        history.put(1, ["__name__": "up"], at: start)
        await ruler.evaluateAll(at: start)
        history.remove(["__name__": "up"])
        _ = sink.take()
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(text(sink.take().samples) == ["r 1.0 at 60.0"])
        #expect(await health(ruler) == ["ok", "ok"])
    }

    /// - Source: observed on Prometheus 3.5.3.
    @Test func aGroupThatGetsAnotherNameLeavesNoGap() async throws {
        let clock = ManualClock(now: start)
        let ruler = Ruler(sink: sink, clock: clock)
        try await load(
            "{name: g, interval: 1m, rules: [{record: r, expr: vector(1)}, {record: s, expr: vector(1)}]}", into: ruler)
        await ruler.evaluateAll(at: start)
        clock.set(start + .seconds(10))
        try await load("{name: h, interval: 1m, rules: [{record: r, expr: vector(1)}]}", into: ruler)
        _ = sink.take()
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(text(sink.take().samples) == ["r 1.0 at 60.0"])
        for _ in 0..<100_000 where clock.sleeperCount == 0 { await Task.yield() }
        clock.set(start + .seconds(130))
        var ended: [RecordedSample] = []
        for _ in 0..<100_000 where ended.isEmpty {
            await Task.yield()
            ended = sink.take().samples
        }
        // Two intervals later, as of the change, and only what nobody went on with.
        #expect(text(ended) == ["s ends at 10.0"])
    }

    @Test func aRuleThatGoesOnWithTheSeriesOfOneThatIsGoneLeavesNoGap() async throws {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        try await load(
            "{name: g, query_offset: 10s, rules: [{record: r, expr: vector(1), labels: {a: b}}, {record: s, expr: vector(1)}]}",
            into: ruler)
        await ruler.evaluateAll(at: start)
        _ = sink.take()
        try await load(
            "{name: g, query_offset: 10s, rules: [{record: r, expr: 'label_replace(vector(1), \"a\", \"b\", \"\", \"\")'}]}",
            into: ruler)
        // A second reload before the next tick forgets nothing.
        try await load(
            "{name: g, query_offset: 10s, rules: [{record: r, expr: 'label_replace(vector(2), \"a\", \"b\", \"\", \"\")'}]}",
            into: ruler)
        #expect(sink.take().samples.isEmpty)
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(text(sink.take().samples) == [#"r{a="b"} 2.0 at 50.0"#, "s ends at 50.0"])
    }

    /// What a rule that is gone recorded is in this process, and maybe in no server.
    @Test func whatIsNotRecordedAnyMoreIsStillLookedBackAt() async throws {
        let ruler = Ruler(sink: sink, clock: ManualClock(now: start))
        try await load("{name: g, rules: [{record: r, expr: vector(1)}]}", into: ruler, server: history)
        await ruler.evaluateAll(at: start)
        for _ in 0..<2 {
            try await load(
                "{name: g, rules: [{record: s, expr: 'count_over_time(r[10m])'}]}", into: ruler, server: history)
        }
        _ = sink.take()
        await ruler.evaluateAll(at: start + .seconds(60))
        #expect(text(sink.take().samples) == ["s 1.0 at 60.0", "r ends at 60.0"])
    }
}
