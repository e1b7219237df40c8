import Base
import PrometheusAPI
import Testing
import TimeSeries

@testable import Web

/// Bodies as Prometheus 3.5.3 gave them to the same calls.
@Suite("The query API answers as Prometheus does")
struct QueryAPITests {
    private static let syntax = #"\"query\": 1:3: parse error: unexpected end of input"#

    @Test(
        "to what is wrong with parameters",
        arguments: [
            ("/api/v1/query", #"\"query\": unknown position: parse error: no expression found in input"#),
            ("/api/v1/query?query=1%2B", syntax),
            (
                "/api/v1/query?query=up&time=abc",
                #"\"time\": invalid time value for 'time': cannot parse \"abc\" to a valid timestamp"#
            ),
            ("/api/v1/query?query=(&timeout=abc", #"\"timeout\": cannot parse \"abc\" to a valid duration"#),
            (
                "/api/v1/query?query=1&timeout=1e30",
                #"\"timeout\": cannot parse \"1e30\" to a valid duration. It overflows int64"#
            ),
            ("/api/v1/query?time=x&limit=abc", #"\"limit\": strconv.Atoi: parsing \"abc\": invalid syntax"#),
            (
                "/api/v1/query?query=up&limit=99999999999999999999",
                #"\"limit\": strconv.Atoi: parsing \"99999999999999999999\": value out of range"#
            ),
            ("/api/v1/query?query=up&limit=-1", #"\"limit\": limit must be non-negative"#),
            ("/api/v1/query_range?query=up", #"\"start\": cannot parse \"\" to a valid timestamp"#),
            ("/api/v1/query_range?query=up&start=1&end=b", #"\"end\": cannot parse \"b\" to a valid timestamp"#),
            (
                "/api/v1/query_range?query=up&start=10&end=1&step=1",
                #"\"end\": end timestamp must not be before start time"#
            ),
            ("/api/v1/query_range?query=up&start=1&end=10", #"\"step\": cannot parse \"\" to a valid duration"#),
            (
                "/api/v1/query_range?query=up&start=1&end=10&step=0",
                #"\"step\": zero or negative query resolution step widths are not accepted. Try a positive integer"#
            ),
            ("/api/v1/query_range?query=1%2B&start=1&end=10&step=1m", syntax),
            ("/api/v1/format_query?query=1%2B", syntax), ("/api/v1/parse_query?query=1%2B", syntax),
            ("/api/v1/labels?limit=-1", #"\"limit\": limit must be non-negative"#),
            (
                "/api/v1/label/job/values?start=x",
                #"\"start\": invalid time value for 'start': cannot parse \"x\" to a valid timestamp"#
            ),
            ("/api/v1/series?match%5B%5D={}", #"\"match[]\": match[] must contain at least one non-empty matcher"#),
        ])
    func parameters(_ target: String, _ reason: String) async {
        let answer = await Surface().ask("GET", target, type: nil)
        #expect(answer.status == 400)
        #expect(answer.text == #"{"status":"error","errorType":"bad_data","error":"invalid parameter \#(reason)"}"#)
    }

    @Test(
        "to other mistakes",
        arguments: [
            (
                "/api/v1/query?query=up&lookback_delta=a",
                #"error parsing lookback delta duration: cannot parse \"a\" to a valid duration"#
            ),
            (
                "/api/v1/query_range?query=up&start=1&end=1000000&step=1",
                "exceeded maximum resolution of 11,000 points per timeseries. "
                    + "Try decreasing the query resolution (?step=XX)"
            ),
            ("/api/v1/labels?match%5B%5D={}", "match[] must contain at least one non-empty matcher"),
            ("/api/v1/labels?match%5B%5D=up[", #"1:3: parse error: unexpected \"[\""#),
            ("/api/v1/series", "no match[] parameter provided"),
            ("/api/v1/metadata?limit=x", "limit must be a number"),
            ("/api/v1/metadata?limit_per_metric=x", "limit_per_metric must be a number"),
        ])
    func mistakes(_ target: String, _ reason: String) async {
        let answer = await Surface().ask("GET", target, type: nil)
        #expect(answer.status == 400)
        #expect(answer.text == #"{"status":"error","errorType":"bad_data","error":"\#(reason)"}"#)
    }

    private func filled() -> Surface {
        let surface = Surface()
        surface.queries.store.append(
            ["a<b", "c"].map {
                Series(labels: ["__name__": "m", "l": $0], timestamps: [1000, 2000], values: [1, 1e-7])
            })
        return surface
    }

    @Test(
        "with data",
        arguments: [
            (
                "query?query=m&time=2.5",
                #"{"resultType":"vector","result":[{"metric":{"__name__":"m","l":"a<b"},"value":[2.500,"1e-07"]},"#
                    + #"{"metric":{"__name__":"m","l":"c"},"value":[2.500,"1e-07"]}]}}"#
            ),
            (
                "query?query=m[5s]&time=2&limit=1",
                #"{"resultType":"matrix","result":[{"metric":{"__name__":"m","l":"a<b"},"values":[[1,"1"],[2,"1e-07"]]}]},"#
                    + #""warnings":["results truncated due to limit"]}"#
            ),
            ("query?query=%22a%3Cb%22&time=1", #"{"resultType":"string","result":[1,"a\u003cb"]}}"#),
            (
                "query_range?query=time()&start=1.5&end=2&step=500ms",
                #"{"resultType":"matrix","result":[{"metric":{},"values":[[1.500,"1.5"],[2,"2"]]}]}}"#
            ),
            ("labels", #"["__name__","l"]}"#),
            ("labels?limit=1", #"["__name__"],"warnings":["results truncated due to limit"]}"#),
            ("label/U__l/values?match%5B%5D=m", #"["a\u003cb","c"]}"#), ("label/nope/values", "[]}"),
            ("series?match%5B%5D=m", #"[{"__name__":"m","l":"a<b"},{"__name__":"m","l":"c"}]}"#),
            ("metadata", "{}}"), ("query_exemplars?query=up", "[]}"),
            ("format_query?query=sum(a)by(b)%3C1", #""sum by (b) (a) \u003c 1"}"#),
            (
                "parse_query?query=rate(a{b=~%22c%22}[5m]%20offset%201m)",
                #"{"args":[{"matchers":[{"name":"b","type":"=~","value":"c"},{"name":"__name__","type":"=","value":"a"}],"#
                    + #""name":"a","offset":60000,"range":300000,"startOrEnd":null,"timestamp":null,"#
                    + #""type":"matrixSelector"}],"func":{"argTypes":["matrix"],"name":"rate","returnType":"vector","#
                    + #""variadic":0},"type":"call"}}"#
            ),
        ])
    func data(_ target: String, _ data: String) async {
        let answer = await filled().ask("GET", "/api/v1/" + target, type: nil)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"success","data":"# + data)
        #expect(answer.headers["Content-Type"] == "application/json")
    }

    @Test func aFormIsReadBeforeTheQueryString() async {
        let answer = await Surface().ask(
            "POST", "/api/v1/query?time=3&query=2", type: "application/x-www-form-urlencoded", "query=1")
        #expect(answer.text == #"{"status":"success","data":{"resultType":"scalar","result":[3,"1"]}}"#)
    }

    @Test func failuresHaveTheStatusOfTheirType() async {
        let same = await filled().ask(
            "GET", "/api/v1/query?query=label_replace(m,%22a%22,%22b%22,%22c%22,%22(%22)&time=2", type: nil)
        #expect(same.status == 422)
        #expect(same.text.contains(#""errorType":"execution""#))
        let late = await Surface().ask("GET", "/api/v1/query?query=1&timeout=0", type: nil)
        #expect(late.status == 400)
        #expect(late.text.contains(#""error":"invalid parameter \"query\": context deadline exceeded""#))
    }
}

@Suite("Remote write in")
struct RemoteWriteRouteTests {
    private static let now = FakeBackend.now.milliseconds
    private static let type = "application/x-protobuf"

    private func series(_ name: String, _ samples: [(Int64, Double)]) -> Series {
        Series(
            labels: ["__name__": name], timestamps: samples.map { Self.now + $0.0 }, values: samples.map { $0.1 })
    }

    private func write(_ surface: Surface, _ series: [Series]) async -> Answer {
        await surface.ask(
            "POST", "/api/v1/write", type: Self.type, headers: ["Content-Encoding": "snappy"],
            bytes: RemoteWriteRequest.encode(series))
    }

    @Test("takes or refuses batches as Prometheus' receiver does")
    func batches() async {
        let surface = Surface()
        let steps: [(batch: [Series], status: Int, text: String)] = [
            ([series("a", [(0, 1), (1000, 2)])], 204, ""),
            ([series("a", [(1000, 2)])], 204, ""),
            (
                [series("a", [(1000, 3)])], 400,
                "duplicate sample for timestamp \(Self.now + 1000); overrides not allowed: existing 2, new value 3\n"
            ),
            ([series("a", [(0, 1)])], 400, "out of order sample\n"),
            ([series("b", [(0, 1)]), series("a", [(-500, 1)])], 400, "out of order sample\n"),
            ([series("c", [(1000, 1), (0, 2), (2000, 3)])], 204, ""),
            ([series("d", [(0, 1), (0, 2)])], 204, ""),
            ([Series(labels: ["x": "y"], timestamps: [Self.now], values: [1])], 204, ""),
            ([series("f", [(3_600_000, 1)])], 400, "out of bounds: timestamp is too far in the future\n"),
            ([], 204, ""),
        ]
        for step in steps {
            let answer = await write(surface, step.batch)
            #expect(answer.status == step.status)
            #expect(answer.text == step.text)
        }
        let request = SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)
        let held = surface.queries.store.select(request).series.map { "\($0.labels.metricName) \($0.values)" }
        #expect(held.sorted() == ["a [1.0, 2.0]", "c [1.0, 3.0]", "d [1.0]"])
    }

    @Test("says what is wrong with the headers")
    func headers() async {
        let cases: [(type: String, encoding: String, status: Int, text: String)] = [
            (
                "text/plain", "snappy", 415,
                "expected application/x-protobuf as the first (media) part, got text/plain content-type\n"
            ),
            (
                Self.type, "gzip", 415,
                "gzip encoding (compression) is not accepted by this server; only snappy is acceptable\n"
            ),
            (
                "application/x-protobuf;proto=foo", "snappy", 415,
                "got application/x-protobuf;proto=foo content type; unknown remote write protobuf message foo, "
                    + "supported: prometheus.WriteRequest, io.prometheus.write.v2.Request\n"
            ),
            ("application/x-protobuf;proto=prometheus.WriteRequest", "snappy", 204, ""),
        ]
        for one in cases {
            let answer = await Surface().ask(
                "POST", "/api/v1/write", type: one.type, headers: ["Content-Encoding": one.encoding],
                bytes: RemoteWriteRequest.encode([series("a", [(0, 1)])]))
            #expect(answer.status == one.status)
            #expect(answer.text == one.text)
        }
    }

    @Test("refuses hostile bodies and applies nothing")
    func hostile() async {
        let surface = Surface()
        let whole = RemoteWriteRequest.encode([series("a", [(0, 1)]), series("b", [(0, 1)])])
        let many = Series(
            labels: Labels([("__name__", "m")] + (0..<1_000_000).map { ("l\($0)", "v") }), timestamps: [Self.now],
            values: [1])
        let bodies: [[UInt8]] = [
            [], Array("abc".utf8), Array(whole.dropLast(3)),
            // Declares 4 GB.
            [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x00, 0x41],
            // A field that says it is 2^60 long.
            [0x0B, 0x28, 0x0A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10, 0x00],
            RemoteWriteRequest.encode([many]),
        ]
        for body in bodies {
            let answer = await surface.ask(
                "POST", "/api/v1/write", type: Self.type, headers: ["Content-Encoding": "snappy"], bytes: body)
            #expect(answer.status == 400)
            #expect(!answer.text.isEmpty)
        }
        #expect(surface.queries.store.statistics.series == 0)
    }
}
