import Alerts
import Base
import QueryEngine
import RuleFiles
import Ruler
import Synchronization
import Testing
import TimeSeries

/// A result that may be wrong is a result, and is told of.
@Suite("Warnings of a rule's result")
struct RuleWarningTests {
    /// A server that lacks a part of the data, until it is whole.
    private final class Server: InstantQuerying {
        let warnings = Mutex(["store 10.0.0.7: no such host"])

        func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
            QueryResult(
                value: .vector([VectorSample(labels: ["job": "a"], timestamp: time, value: .float(1))]),
                annotations: Annotations(warnings: warnings.withLock { $0 }))
        }
    }

    private final class Sink: RulerSink {
        let warned = Mutex<[[String]]>([])
        let sent = Mutex(0)

        func persist(_: AlertStateChanges) async {}
        func send(_ alerts: [PostedAlert]) async { sent.withLock { $0 += alerts.count } }
        func record(_: [RecordedSample]) async {}
        func observe(_ observation: EvaluationObservation) {
            guard case .warned(_, name: "Down", let warnings) = observation else { return }
            warned.withLock { $0.append(warnings) }
        }
    }

    @Test func areKeptAndToldUntilTheyEnd() async throws {
        let server = Server()
        let sink = Sink()
        let now = Timestamp(milliseconds: 1_000_000_000)
        let text = "groups: [{name: g, rules: [{alert: Down, expr: up == 1}]}]"
        let file = try #require(RuleFileLoader.load(text: text, path: "r.yml").file)
        let ruler = Ruler(sink: sink, clock: ManualClock(now: now))
        let querier = RuleQuerier(source: EmbeddedStore(), server: server, overlay: EmbeddedStore())
        await ruler.load([file], settings: RulerSettings(), querier: querier)
        func health() async -> RuleHealth? { await ruler.status().first?.rules.first?.health }

        await ruler.evaluateAll(at: now)
        #expect(await health()?.warnings == ["store 10.0.0.7: no such host"])
        // It is a result all the same.
        #expect(await health()?.lastError == nil)
        #expect(sink.sent.withLock { $0 } == 1)
        server.warnings.withLock { $0 = [] }
        await ruler.evaluateAll(at: now + .seconds(60))
        await ruler.evaluateAll(at: now + .seconds(120))
        #expect(await health()?.warnings == [])
        #expect(sink.warned.withLock { $0 } == [["store 10.0.0.7: no such host"], []])
    }
}
