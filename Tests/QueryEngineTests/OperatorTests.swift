import Base
import PromQL
import QueryEngine
import Testing
import TimeSeries

@Suite("Operators and aggregations")
struct OperatorTests {
    private static let web = """
        req{job="a", code="200"} 10 20
        req{job="a", code="500"} 1 2
        req{job="b", code="200"} 30 40
        limit{job="a", team="x"} 100 100
        limit{job="b"} 200 _
        """

    private func data() throws -> Querying { try Querying(Self.web) }

    @Test(
        "give what their documentation says",
        arguments: [
            ("-1 ^ 2", ["-1"]),
            ("2 ^ 3 ^ 2", ["512"]),
            ("-7 % 3", ["-1"]),
            ("1 == bool 1", ["1"]),
            (#"req{code="500"} * 2"#, [#"{code="500", job="a"} 2"#]),
            ("20 > req", [#"req{code="200", job="a"} 10"#, #"req{code="500", job="a"} 1"#]),
            ("req > bool 5", [#"{code="200", job="a"} 1"#, #"{code="200", job="b"} 1"#, #"{code="500", job="a"} 0"#]),
            ("sum(req)", ["{} 41"]),
            ("sum by (job) (req)", [#"{job="a"} 11"#, #"{job="b"} 30"#]),
            ("sum without (code) (req)", [#"{job="a"} 11"#, #"{job="b"} 30"#]),
            ("max by (code) (req)", [#"{code="200"} 30"#, #"{code="500"} 1"#]),
            ("count(req)", ["{} 3"]),
            ("group(req)", ["{} 1"]),
            (#"avg(req{code="200"})"#, ["{} 20"]),
            (#"stddev(req{code="200"})"#, ["{} 10"]),
            (#"stdvar(req{code="200"})"#, ["{} 100"]),
            ("quantile(0.5, req)", ["{} 10"]),
            (#"count_values("v", req)"#, [#"{v="1"} 1"#, #"{v="10"} 1"#, #"{v="30"} 1"#]),
            ("topk(1, req) by (job)", [#"req{code="200", job="a"} 10"#, #"req{code="200", job="b"} 30"#]),
            (
                "req / on(job) group_left(team) limit",
                [
                    #"{code="200", job="a", team="x"} 0.1"#, #"{code="200", job="b"} 0.15"#,
                    #"{code="500", job="a", team="x"} 0.01"#,
                ]
            ),
            ("req and on(job) limit{team=\"x\"}", [#"req{code="200", job="a"} 10"#, #"req{code="500", job="a"} 1"#]),
            ("req unless on(job) limit{team=\"x\"}", [#"req{code="200", job="b"} 30"#]),
            ("limit or on(job) req", [#"limit{job="a", team="x"} 100"#, #"limit{job="b"} 200"#]),
            (#"req{code="200"} > on(job) limit / 10"#, [#"{job="b"} 30"#]),
            ("NaN == bool NaN", ["0"]),
            ("scalar(req)", ["NaN"]),
            (#"scalar(req{code="500"})"#, ["1"]),
            ("\"text\"", ["text"]),
        ])
    func values(_ text: String, _ expected: [String]) throws {
        #expect(try data().instant(text, at: 0) == expected)
    }

    @Test(
        "refuse what cannot be matched",
        arguments: [
            (
                #"req{code="200"} + on(job) req"#,
                #"found duplicate series for the match group {job="a"} on the right hand-side of the operation: "#
                    + #"[{__name__="req", code="500", job="a"}, {__name__="req", code="200", job="a"}];many-to-many "#
                    + "matching not allowed: matching labels must be unique on one side"
            ),
            (
                "req + on(job) limit",
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            ),
            (
                "(req * on(job) group_left limit) + on(job) group_left(code) limit",
                "multiple matches for labels: grouping labels must ensure unique matches"
            ),
            (
                #"abs({__name__=~"req|limit"}) + abs(label_replace({__name__=~"req|limit"}, "job", "q", "", ""))"#,
                "vector cannot contain metrics with the same labelset"
            ),
            ("topk(NaN, req)", "Parameter value is NaN"),
            ("limit_ratio(NaN, req)", "Ratio value is NaN"),
        ])
    func refusals(_ text: String, _ message: String) throws {
        let error = #expect(throws: QueryError.self) { try data().instant(text, at: 0) }
        #expect(error?.message == message)
        #expect(error?.kind == .execution)
    }

    @Test("follow partners that change from step to step")
    func changingPartners() throws {
        let data = try Querying(
            """
            l{job="a"} 1 2 3 4
            r{job="a", v="1"} 10 10 stale _
            r{job="a", v="2"} _ _ 20 20
            """)
        #expect(try data.range("l + on(job) r", from: 0, to: 30, step: 10) == [#"{job="a"} 11 12 23 24"#])
        #expect(
            try data.range("l + on(job) group_left(v) r", from: 0, to: 30, step: 10)
                == [#"{job="a", v="1"} 11 12 _ _"#, #"{job="a", v="2"} _ _ 23 24"#])
        #expect(
            try data.range("l > 2 or r", from: 0, to: 30, step: 10)
                == [#"l{job="a"} _ _ 3 4"#, #"r{job="a", v="1"} 10 10 _ _"#, #"r{job="a", v="2"} _ _ 20 20"#])
    }

    @Test("fill missing partners")
    func fill() throws {
        let data = try Querying("l{i=\"a\"} 1\nl{i=\"b\"} 2\nr{i=\"a\"} 10\nr{i=\"c\"} 30")
        #expect(try data.instant("l + fill(0) r", at: 0) == [#"{i="a"} 11"#, #"{i="b"} 2"#, #"{i="c"} 30"#])
        #expect(try data.instant("l + fill_right(5) r", at: 0) == [#"{i="a"} 11"#, #"{i="b"} 7"#])
    }

    @Test("choose series for limit_ratio by Prometheus' own hash")
    func ratio() throws {
        let data = try Querying("m{a=\"1\"} 1\nm{a=\"2\"} 2\nm{a=\"3\"} 3\nm{a=\"4\"} 4\nm{a=\"5\"} 5\nm{a=\"6\"} 6")
        let some = try data.instant("limit_ratio(0.4, m)", at: 0)
        let others = try data.instant("limit_ratio(-0.6, m)", at: 0)
        #expect((some + others).sorted() == (try data.instant("m", at: 0)))
    }

    @Test("sum with compensation")
    func compensation() throws {
        let data = try Querying("m{a=\"1\"} 1\nm{a=\"2\"} 1e100\nm{a=\"3\"} 1\nm{a=\"4\"} -1e100")
        #expect(try data.instant("sum(m)", at: 0) == ["{} 2"])
        #expect(try data.instant("avg(m)", at: 0) == ["{} 0.5"])
    }
}

@Suite("Bounds")
struct BoundTests {
    @Test("refuse too many samples, steps and series")
    func limits() throws {
        var data = try Querying("m{a=\"1\"} 0+1x100\nm{a=\"2\"} 0+1x100")
        data.options.limits.samples = 50
        var error = #expect(throws: QueryError.self) { try data.range("m", from: 0, to: 1000, step: 10) }
        #expect(
            error?.message == "query processing would load too many samples into memory in query execution")
        #expect(try data.instant("m", at: 1000).count == 2)
        error = #expect(throws: QueryError.self) { try data.range("rate(m[1m])", from: 0, to: 1000, step: 10) }
        #expect(error?.kind == .execution)
        error = #expect(throws: QueryError.self) { try data.range("m @ 100", from: 0, to: 1000, step: 10) }
        #expect(error?.kind == .execution)
        data.options.limits.series = 1
        error = #expect(throws: QueryError.self) { try data.instant("m", at: 1000) }
        #expect(error?.message == "query result exceeds the limit of 1 series")
        error = #expect(throws: QueryError.self) { try data.range("m", from: 0, to: 11_001, step: 1) }
        #expect(
            error?.message
                == "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution "
                + "(?step=XX)")
        #expect(error?.kind == .badData)
    }

    @Test("end an evaluation at its next checkpoint")
    func cancellation() throws {
        let plan = try QueryPlan(PromQLParser.parse("sum(m)"), kind: .instant(.zero))
        let error = #expect(throws: QueryError.self) {
            try plan.evaluate(responses: [SeriesResponse(series: [])]) { () throws(QueryError) in
                throw QueryError(.timeout, "enough")
            }
        }
        #expect(error?.kind == .timeout)
    }

    @Test("an engine fetches and evaluates")
    func engine() async throws {
        let source = MemorySource(series: try Data.load(10, "m 1 2 3"))
        let engine = QueryEngine()
        let instant = try await engine.instant(PromQLParser.parse("m"), at: Timestamp(seconds: 20), source: source)
        #expect(instant.value.count == 1)
        let range = try await engine.range(
            PromQLParser.parse("m"), start: .zero, end: Timestamp(seconds: 20), step: .seconds(10), source: source)
        #expect(range.value.count == 1)
        await #expect(throws: QueryError.self) {
            try await engine.range(
                PromQLParser.parse("m[1m]"), start: .zero, end: .zero, step: .seconds(1), source: source)
        }
    }
}

extension QueryValue {
    var count: Int {
        switch self {
        case .scalar, .string: 1
        case .vector(let samples): samples.count
        case .matrix(let series): series.count
        }
    }
}

@Suite("Late removal of names")
struct LateNameTests {
    @Test("happens at the end, and a clash is an error only where series meet at one step")
    func late() throws {
        let data = try Querying("a{l=\"1\"} 1 2 _ _\nb{l=\"1\"} _ _ 3 4", features: [.delayedNameRemoval])
        #expect(try data.instant("sum by (__name__) (abs(a))", at: 0) == ["{} 1"])
        #expect(try data.instant(#"label_replace(abs(a), "__name__", "c", "", "")"#, at: 0) == [#"c{l="1"} 1"#])
        var short = data
        short.options.lookback = .seconds(5)
        #expect(try short.range(#"-{l="1"}"#, from: 0, to: 30, step: 10) == [#"{l="1"} -1 -2 -3 -4"#])
        let error = #expect(throws: QueryError.self) { try data.instant(#"-{l="1"}"#, at: 20) }
        #expect(error?.message == "vector cannot contain metrics with the same labelset")
    }
}
