import Base
import Testing

@Suite("The metrics registry")
struct MetricsRegistryTests {
    @Test func writesFamiliesAndSeriesInOrderWithEscapes() async {
        let registry = MetricsRegistry()
        let requests = registry.counters("b_total", "Requests\nof \\ all.", labels: ["code", "path"])
        requests.with("500", "a\"b\\c\nd").increment(by: 2.5)
        requests.with("200", "/").increment()
        registry.gauge("a", "A gauge.").set(-1_234_567)
        #expect(
            await registry.exposition() == #"""
                # HELP a A gauge.
                # TYPE a gauge
                a -1.234567e+06
                # HELP b_total Requests\nof \\ all.
                # TYPE b_total counter
                b_total{code="200",path="/"} 1
                b_total{code="500",path="a\"b\\c\nd"} 2.5

                """#)
    }

    @Test func countsBucketsCumulatively() async {
        let registry = MetricsRegistry()
        let histogram = registry.histogram("h_seconds", "H.", buckets: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 3] { histogram.observe(value) }
        histogram.observe(.milliseconds(350))
        #expect(
            await registry.exposition() == """
                # HELP h_seconds H.
                # TYPE h_seconds histogram
                h_seconds_bucket{le="0.1"} 2
                h_seconds_bucket{le="1"} 4
                h_seconds_bucket{le="+Inf"} 5
                h_seconds_sum 4
                h_seconds_count 5

                """)
    }

    @Test func takesQuantilesOfTheLatestObservations() async {
        let registry = MetricsRegistry()
        let empty = registry.summaries("e", "E.", labels: ["x"])
        _ = empty.with("1")
        let summary = registry.summary("s", "S.", quantiles: [0.5, 0.99])
        for value in 1...100 { summary.observe(Double(value)) }
        #expect(
            await registry.exposition() == """
                # HELP e E.
                # TYPE e summary
                e{x="1",quantile="0.5"} NaN
                e{x="1",quantile="0.9"} NaN
                e{x="1",quantile="0.99"} NaN
                e_sum{x="1"} 0
                e_count{x="1"} 0
                # HELP s S.
                # TYPE s summary
                s{quantile="0.5"} 50
                s{quantile="0.99"} 99
                s_sum 5050
                s_count 100

                """)
        for _ in 0..<MetricSummary.window { summary.observe(7) }
        #expect(summary.samples().first?.value == 7)
    }

    @Test func aNameAskedForTwiceCountsOn() {
        let registry = MetricsRegistry()
        registry.counter("c", "C.").increment()
        registry.counter("c", "C.").increment(by: -5)
        registry.counter("c", "C.").increment()
        #expect(registry.counter("c", "C.").value == 2)
    }

    @Test func forgetsSeriesAndAsksBeforeTheExposition() async {
        let registry = MetricsRegistry()
        let groups = registry.gauges("g", "G.", labels: ["group"])
        groups.with("old").set(1)
        groups.with("new").set(1)
        groups.remove { $0 == ["old"] }
        registry.beforeExposition { groups.with("new").set(0.00001) }
        #expect(await registry.exposition() == "# HELP g G.\n# TYPE g gauge\ng{group=\"new\"} 1e-05\n")
    }

    @Test func showsTheProcessAsTheKernelDoes() async throws {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        let lines = await registry.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        let values = Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]) ?? -1)
            })
        #expect(values.count == 7)
        #expect((1e6...1e11).contains(try #require(values["process_resident_memory_bytes"])))
        #expect((1...100_000).contains(try #require(values["process_open_fds"])))
        #expect(try #require(values["process_threads"]) >= 1)
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
        let age = SystemClock().now().seconds - (try #require(values["process_start_time_seconds"]))
        #expect((-5...86_400).contains(age))
    }
}
