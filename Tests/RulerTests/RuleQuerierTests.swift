import Alerts
import Base
import PromQL
import QueryEngine
import RuleFiles
import Ruler
import Synchronization
import Testing
import TimeSeries

/// A server that answers every expression with one sample and remembers what it was asked.
private final class Server: InstantQuerying {
    let asked = Mutex<[String]>([])

    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
        asked.withLock { $0.append(expression) }
        return QueryResult(
            value: .vector([VectorSample(labels: ["from": "server"], timestamp: time, value: .float(1))]))
    }
}

/// A source that holds one float series and one histogram series, or fails as one whose samples cannot be had.
private final class Source: SeriesSource {
    struct Incomplete: Error, CustomStringConvertible { var description: String { "custom buckets without bounds" } }
    let store = EmbeddedStore()
    let isIncomplete: Bool

    init(isIncomplete: Bool = false) { self.isIncomplete = isIncomplete }

    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        if isIncomplete { throw Incomplete() }
        return try await store.fetch(requests)
    }
}

private struct NoSink: RulerSink {
    func persist(_: AlertStateChanges) async {}
    func send(_: [PostedAlert]) async {}
    func record(_: [RecordedSample]) async {}
    func observe(_: EvaluationObservation) {}
}

@Suite("Where a rule's query is computed")
struct RuleQuerierTests {
    private let server = Server()
    private let now = Timestamp(milliseconds: 1_000_005_000)

    /// The `from` labels of the result of a recording rule, or its error.
    private func evaluate(
        _ expr: String, prefersServer: Bool, isApproximate: Bool = false, source: Source = Source(),
        hasServer: Bool = true
    ) async throws -> String {
        try source.store.append(.float(1), ["__name__": "up", "from": "samples"], at: now)
        var histogram = FloatHistogram()
        histogram.count = 1
        try source.store.append(.histogram(histogram), ["__name__": "h", "from": "samples"], at: now)
        let overlay = EmbeddedStore()
        var querier = RuleQuerier(source: source, server: hasServer ? server : nil, overlay: overlay)
        querier.prefersServer = prefersServer
        querier.options.defaultSubqueryStep = .seconds(15)
        querier.shortcomings = SourceShortcomings(
            isApproximate: { isApproximate }, isIncomplete: { $0 is Source.Incomplete })
        let text = """
            groups:
              - name: g
                rules:
                  - {record: 'a:first', expr: 'label_replace(vector(1), "from", "samples", "", "")'}
                  - {record: 'a:x', expr: '\(expr)'}
            """
        let outcome = RuleFileLoader.load(text: text, path: "rules.yml")
        let file = try #require(outcome.file, "\(outcome.diagnostics)")
        let ruler = Ruler(sink: NoSink(), clock: ManualClock(now: now))
        await ruler.load([file], settings: RulerSettings(), querier: querier)
        await ruler.evaluateAll(at: now)
        let health = try #require(await ruler.status().first?.rules.last?.health)
        if let error = health.lastError { return error }
        let found = try await overlay.fetch([
            SeriesRequest(matchers: [LabelMatcher("__name__", equals: "a:x")], start: now, end: now)
        ])
        return found.first?.series.first?.labels.value(of: "from") ?? "nothing"
    }

    @Test func theServerIsToldTheStepOfSubqueries() async throws {
        #expect(try await evaluate("max_over_time(up[5m:])", prefersServer: true) == "server")
        #expect(server.asked.withLock { $0 }.contains("max_over_time(up[5m:15s])"))
        #expect(try await evaluate("max_over_time(up[5m:1m])  ", prefersServer: true) == "server")
        #expect(server.asked.withLock { $0 }.contains { $0.hasPrefix("max_over_time(up[5m:1m])") })
    }

    @Test(
        "local evaluation asks the server only where the samples do not tell enough",
        arguments: [
            ("up", false, "samples"), ("up", true, "samples"), ("max_over_time(up[5m:])", false, "samples"),
            ("max_over_time(up[5m:])", true, "server"), ("max_over_time(up[5m])", true, "samples"),
            ("histogram_count(h)", false, "samples"), ("histogram_count(h)", true, "server"),
            ("max_over_time(a:first[5m:])", true, "samples"),
        ])
    func local(_ expr: String, _ isApproximate: Bool, _ expected: String) async throws {
        #expect(try await evaluate(expr, prefersServer: false, isApproximate: isApproximate) == expected)
    }

    @Test func recordedSeriesThatComeBackWithExternalLabelsAreNotCountedTwice() async throws {
        let source = Source()
        let overlay = EmbeddedStore()
        var querier = RuleQuerier(source: source, server: nil, overlay: overlay)
        querier.writtenLabels = ["cluster": "eu"]
        let text = """
            groups:
              - name: g
                rules:
                  - {record: 'a:x', expr: 'vector(7)'}
                  - {record: 'a:count', expr: 'count(a:x)'}
                  - {record: 'a:past', expr: 'count_over_time(a:x[5m])'}
            """
        let file = try #require(RuleFileLoader.load(text: text, path: "rules.yml").file)
        let ruler = Ruler(sink: NoSink(), clock: ManualClock(now: now))
        await ruler.load([file], settings: RulerSettings(), querier: querier)
        // A sample of the life before, one of a foreign cluster, and the one of this tick when it has come back already.
        try source.store.append(.float(7), ["__name__": "a:x", "cluster": "eu"], at: now - .seconds(60))
        try source.store.append(.float(7), ["__name__": "a:x", "cluster": "us"], at: now)
        try source.store.append(.float(7), ["__name__": "a:x", "cluster": "eu"], at: now)
        await ruler.evaluateAll(at: now)
        func value(_ name: String, _ labels: [LabelMatcher] = []) async throws -> [SampleValue] {
            let matchers = [LabelMatcher("__name__", equals: name)] + labels
            let found = try await overlay.fetch([SeriesRequest(matchers: matchers, start: now, end: now)])
            return found.first?.series.map { $0.sample(at: 0) } ?? []
        }
        #expect(try await value("a:count") == [.float(2)])
        #expect(try await value("a:past", [LabelMatcher("cluster", equals: "")]) == [.float(2)])
        #expect(try await value("a:past", [LabelMatcher("cluster", equals: "us")]) == [.float(1)])
        #expect(try await value("a:past", [LabelMatcher("cluster", equals: "eu")]).isEmpty)
    }

    @Test func samplesThatCannotBeHadAreTheServersToEvaluate() async throws {
        let incomplete = Source(isIncomplete: true)
        #expect(try await evaluate("histogram_count(h)", prefersServer: false, source: incomplete) == "server")
        #expect(
            try await evaluate("histogram_count(h)", prefersServer: false, source: incomplete, hasServer: false)
                == "custom buckets without bounds")
        // What reads a recorded series cannot be asked of the server, which does not have it yet.
        #expect(
            try await evaluate("h and a:first", prefersServer: true, source: incomplete)
                == "custom buckets without bounds")
    }
}
