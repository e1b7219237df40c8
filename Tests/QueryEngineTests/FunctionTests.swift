import Base
import PromQL
import QueryEngine
import Testing
import TimeSeries

@Suite("Functions")
struct FunctionTests {
    @Test("of the table are all there, and no others")
    func registry() throws {
        let data = try Querying("up 1")
        for signature in FunctionTable.all {
            let arguments = (0..<max(signature.minimumArguments, 0)).map { index in
                switch signature.argumentType(index) {
                case .scalar: signature.name == "double_exponential_smoothing" ? "0.5" : "1"
                case .string: "\"a\""
                case .matrix: "up[1m]"
                case .vector, nil: "up"
                }
            }
            let text = "\(signature.name)(\(arguments.joined(separator: ", ")))"
            #expect(throws: Never.self, "\(text)") { _ = try data.run(text, .instant(Timestamp(seconds: 60))) }
        }
    }

    @Test("of rates extrapolate to the edges and never below zero")
    func rates() throws {
        let data = try Querying(
            every: 300,
            """
            hits_total{path="/foo"} 0+10x10
            hits_total{path="/bar"} 0+18x5 0+18x5
            hits_total{path="/dings"} 10+10x10
            hits_total{path="/bumms"} 1+10x10
            """)
        #expect(
            try data.instant("increase(hits_total[100m])", at: 3000) == [
                #"{path="/bar"} 162"#, #"{path="/bumms"} 101"#, #"{path="/dings"} 105"#, #"{path="/foo"} 100"#,
            ])
    }

    @Test("over sliding windows give at each step what they give alone")
    func slidingAgrees() throws {
        let data = try Querying(
            every: 10, "m{l=\"a\"} 1 5 3 NaN 8 2 2 stale 9 _ 4 0 7 Inf 3 -1 6 6 _ _ 5 1 NaN NaN 2 8+3x9 0+1x9 5 4 3 2 1"
        )
        let calls = [
            "rate(m[1m])", "increase(m[25s])", "delta(m[1m])", "irate(m[1m])", "idelta(m[35s])", "changes(m[1m])",
            "resets(m[45s])", "sum_over_time(m[1m])", "avg_over_time(m[1m])", "min_over_time(m[30s])",
            "max_over_time(m[1m])", "ts_of_max_over_time(m[1m])", "ts_of_min_over_time(m[30s])",
            "stddev_over_time(m[1m])", "quantile_over_time(0.7, m[1m])", "deriv(m[1m])", "predict_linear(m[1m], 60)",
            "last_over_time(m[15s])", "first_over_time(m[1m])", "mad_over_time(m[1m])", "count_over_time(m[1m])",
            "absent_over_time(m[15s])", "present_over_time(m[15s])", "m", "timestamp(m)",
            "double_exponential_smoothing(m[1m], 0.3, 0.4)", "max_over_time(rate(m[30s])[1m:5s])",
        ]
        for call in calls {
            for step: Int64 in [5, 10, 7, 100] {
                #expect(
                    try data.range(call, from: 0, to: 700, step: step) == data.oneByOne(call, 0, 700, step), "\(call)")
            }
        }
    }

    @Test("absent names its series by the matchers that demand a value")
    func absent() throws {
        let data = try Querying("up{job=\"a\"} 1")
        #expect(try data.instant(#"absent(nope{job="x", a!="y", b=~"z"})"#, at: 0) == [#"{job="x"} 1"#])
        #expect(try data.instant(#"absent(nope{job="x", job="y", c="d"})"#, at: 0) == [#"{c="d"} 1"#])
        #expect(try data.instant("absent(up)", at: 0).isEmpty)
        #expect(try data.instant("absent(sum(nope))", at: 0) == ["{} 1"])
    }

    @Test("label_replace expands groups and leaves what does not match")
    func labelReplace() throws {
        let data = try Querying("up{a=\"foo-1\"} 1\nup{a=\"bar\"} 2")
        #expect(
            try data.instant(#"label_replace(up, "b", "${2}x$1", "a", "(.*)-(.*)")"#, at: 0)
                == [#"up{a="bar"} 2"#, #"up{a="foo-1", b="1xfoo"} 1"#])
        #expect(throws: QueryError.failing("vector cannot contain metrics with the same labelset")) {
            try data.instant(#"label_replace(up, "a", "", "", "")"#, at: 0)
        }
    }

    @Test("sort puts NaN last in both directions")
    func sorting() throws {
        let data = try Querying("m{a=\"1\"} 3\nm{a=\"2\"} NaN\nm{a=\"3\"} 1\nm{a=\"10\"} 2")
        func order(_ text: String) throws -> [String] {
            guard case .vector(let samples) = try data.run(text, .instant(.zero)).value else { return [] }
            return samples.map { $0.labels.value(of: "a") }
        }
        #expect(try order("sort(m)") == ["3", "10", "1", "2"])
        #expect(try order("sort_desc(m)") == ["1", "10", "3", "2"])
        #expect(try order(#"sort_by_label(m, "a")"#) == ["1", "2", "3", "10"])
        #expect(try order(#"sort_by_label_desc(m, "a")"#) == ["10", "3", "2", "1"])
        #expect(try order("topk(2, m)") == ["1", "10"])
        #expect(try order("bottomk(5, m)") == ["3", "10", "1", "2"])
    }

    @Test("dates cut to whole seconds in UTC")
    func dates() throws {
        let data = try Querying("m 1583020800.9\nn NaN")
        #expect(try data.instant("day_of_month(m)", at: 0) == ["{} 1"])
        #expect(try data.instant("days_in_month(m)", at: 0) == ["{} 31"])
        #expect(try data.instant("year()", at: 1_600_000_000) == ["{} 2020"])
        #expect(try data.instant("hour(n)", at: 0) == ["{} 15"])
    }

    @Test("quantiles of classic histograms interpolate; dips are told")
    func quantiles() throws {
        let data = try Querying(
            "b{le=\"0.1\"} 1\nb{le=\"1.0\"} 4\nb{le=\"1\"} 1\nb{le=\"10\"} 3\nb{le=\"+Inf\"} 10\nb{le=\"x\"} 1")
        #expect(try data.instant("histogram_quantile(0.3, b)", at: 0) == ["{} 0.55"])
        let notes = try data.annotations("histogram_quantile(0.3, b)", at: 0)
        #expect(
            notes.infos == [
                "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
                    + "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile), from "
                    + "buckets 10 to 10, with a max diff of 2, over 1 samples from 1970-01-01T00:00:00Z to "
                    + "1970-01-01T00:00:00Z (1:25)"
            ])
        #expect(
            notes.warnings == [
                #"PromQL warning: bucket label "le" is missing or has a malformed value of "x" (1:25)"#
            ])
    }
}

extension Querying {
    /// A range query calculated as instant queries.
    func oneByOne(_ text: String, _ start: Int64, _ end: Int64, _ step: Int64) throws -> [String] {
        var cells: [String: [Int64: String]] = [:]
        for time in stride(from: start, through: end, by: Int(step)) {
            guard case .vector(let samples) = try run(text, .instant(Timestamp(seconds: Double(time)))).value else {
                continue
            }
            for sample in samples { cells["\(sample.labels)", default: [:]][time] = sample.value.text }
        }
        return cells.map { labels, values in
            labels + " "
                + stride(from: start, through: end, by: Int(step)).map { values[$0] ?? "_" }.joined(separator: " ")
        }.sorted()
    }
}

extension QueryError {
    static func failing(_ message: String) -> QueryError { QueryError(.execution, message) }
}
