import Base
import PromQL
import QueryEngine
import Testing
import TimeSeries

@Suite("Selectors")
struct SelectorTests {
    @Test("look back five minutes, the far end excluded")
    func lookback() throws {
        let data = try Querying(every: 10, "up{job=\"a\"} 1 2")
        #expect(try data.instant("up", at: 9) == [#"up{job="a"} 1"#])
        #expect(try data.instant("up", at: 309.999) == [#"up{job="a"} 2"#])
        #expect(try data.instant("up", at: 310).isEmpty)
    }

    @Test("end at a staleness marker; ranges skip it")
    func staleness() throws {
        let data = try Querying(every: 10, "up 1 stale 3")
        #expect(try data.instant("up", at: 15).isEmpty)
        #expect(try data.instant("up", at: 20) == ["up 3"])
        #expect(try data.instant("count_over_time(up[1m])", at: 20) == ["{} 2"])
        #expect(try data.instant("up[1m]", at: 20) == ["up 1@0.0 3@20.0"])
        #expect(try data.range("up", from: 0, to: 30, step: 10) == ["up 1 _ 3 3"])
    }

    @Test("reach back by a left-open range")
    func leftOpen() throws {
        let data = try Querying(every: 15, "up 0+1x8")
        #expect(try data.instant("count_over_time(up[1m])", at: 60) == ["{} 4"])
        #expect(try data.instant("count_over_time(up[1m])", at: 59) == ["{} 4"])
        #expect(try data.instant("rate(up[15s])", at: 60).isEmpty)
    }

    @Test("obey offset and @ in either order")
    func modifiers() throws {
        let data = try Querying(every: 10, "up 0+1x100")
        #expect(try data.instant("up @ 100 offset 50s", at: 10) == ["up 5"])
        #expect(try data.instant("up offset 50s @ 100", at: 10) == ["up 5"])
        #expect(try data.instant("up offset -50s", at: 10) == ["up 6"])
        #expect(try data.range("up @ end()", from: 0, to: 30, step: 10) == ["up 3 3 3 3"])
        #expect(try data.range("up - up @ start()", from: 10, to: 30, step: 10) == ["{} 0 1 2"])
    }

    @Test("stand on multiples of the step in a subquery")
    func subqueries() throws {
        let data = try Querying(every: 10, "up 0+1x100")
        #expect(try data.instant("up[30s:10s] offset 3s", at: 1010) == ["up 98@980.0 99@990.0 100@1000.0"])
        #expect(try data.instant("sum_over_time(sum_over_time(up[10s])[100s:25s] @ 50)", at: 0) == ["{} 7"])
        #expect(try data.range("max_over_time(up[20s:10s])", from: 20, to: 40, step: 20) == ["{} 2 4"])
    }

    @Test("ask for exactly the span they look at, each span once")
    func requests() throws {
        func spans(_ text: String, _ kind: QueryPlan.Kind) throws -> [[Int64]] {
            let plan = try QueryPlan(PromQLParser.parse(text, options: .everything), source: text, kind: kind)
            return plan.requests.map { [$0.start.milliseconds, $0.end.milliseconds] }
        }
        let instant = QueryPlan.Kind.instant(Timestamp(seconds: 1000))
        #expect(try spans("up", instant) == [[700_001, 1_000_000]])
        #expect(try spans("up[1m] offset 10s", instant) == [[930_001, 990_000]])
        #expect(try spans("up + up", instant) == [[700_001, 1_000_000]])
        #expect(try spans("rate(up[1m]) / rate(up[10m])", instant) == [[400_001, 1_000_000]])
        #expect(try spans("up - up offset 1d", instant) == [[700_001, 1_000_000], [-85_699_999, -85_400_000]])
        #expect(try spans("up @ 50", instant) == [[-249_999, 50_000]])
        #expect(try spans("max_over_time(rate(up[1m])[10m:1m])", instant) == [[360_001, 960_000]])
        let range = QueryPlan.Kind.range(start: Timestamp(seconds: 0), end: Timestamp(seconds: 600), step: .seconds(60))
        #expect(try spans("up[5m:1m] @ end()", instant) == [[420_001, 960_000]])
        #expect(try spans("rate(up[2m])", range) == [[-119_999, 600_000]])
        #expect(try spans("1 + 2", instant).isEmpty)
    }

    @Test("may be given wider answers than they asked for")
    func widerAnswers() throws {
        let series = try Data.load(10, "up 0+1x100")
        let plan = try QueryPlan(
            PromQLParser.parse("sum_over_time(up[20s])"), kind: .instant(Timestamp(seconds: 100)))
        let result = try plan.evaluate(responses: [SeriesResponse(series: series)])
        #expect(
            result.value
                == .vector([VectorSample(labels: .empty, timestamp: Timestamp(seconds: 100), value: .float(19))]))
    }
}
