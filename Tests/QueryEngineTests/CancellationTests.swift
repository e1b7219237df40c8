import Base
import Glibc
import PromQL
import QueryEngine
import Testing
import TimeSeries

@Suite("Evaluations that nobody waits for any more")
struct CancellationTests {
    /// An hour of samples every five seconds.
    static let series: [Series] = (0..<100).map { number in
        Series(
            labels: Labels([("__name__", "m_total"), ("l", "\(number)"), ("g", "\(number % 7)")]),
            timestamps: (0..<720).map { $0 * 5000 }, values: (0..<720).map { Double($0 * number % 97) })
    }

    /// Processor time of this thread.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    @Test(
        "are asked at least every 100 ms of work whether to go on", .serialized,
        arguments: [
            "rate(m_total[15m])", "quantile_over_time(0.9, m_total[15m])", "stddev_over_time(m_total[15m])",
            "predict_linear(m_total[15m], 60)", "sum by (g) (m_total)", "topk(5, m_total)", "quantile(0.5, m_total)",
            "m_total + on (l) m_total", "m_total * 2 > 7", "m_total and m_total", "abs(m_total)",
            "max_over_time(rate(m_total[1m])[10m:5s])", "label_replace(m_total, \"x\", \"$1\", \"l\", \"(.*)\")",
            "histogram_quantile(0.9, label_replace(m_total, \"le\", \"$1\", \"l\", \"(.*)\"))",
            "count_values(\"v\", m_total)", "sort(m_total)",
        ])
    func patience(_ text: String) throws {
        let end = Timestamp(seconds: 3600)
        let plan = try QueryPlan(
            PromQLParser.parse(text), source: text,
            kind: .range(start: end - .seconds(900), end: end, step: .seconds(5)))
        let source = MemorySource(series: Self.series)
        let responses = plan.requests.map(source.answer)
        var last = Self.processorTime()
        var longest = Duration.zero
        var count = 0
        _ = try plan.evaluate(responses: responses) { () throws(QueryError) in
            let now = Self.processorTime()
            longest = max(longest, now - last)
            last = now
            count += 1
        }
        longest = max(longest, Self.processorTime() - last)
        #expect(longest < .milliseconds(100), "\(text): \(longest) without asking, asked \(count) times")
    }

    @Test("end with the task that wanted them")
    func task() async throws {
        let end = Timestamp(seconds: 3600)
        let kind = QueryPlan.Kind.range(start: .zero, end: end, step: .seconds(1))
        let text = "stddev_over_time(m_total[1h]) + quantile_over_time(0.9, m_total[1h])"
        let plan = try QueryPlan(PromQLParser.parse(text), source: text, kind: kind)
        let task = Task { try await QueryEngine().run(plan, MemorySource(series: Self.series)) }
        task.cancel()
        await #expect(throws: QueryError.self) { try await task.value }
    }
}
