/// Calls of the HTTP API as Grafana, scripts and people who mistype make them.
struct OddRequest: CustomStringConvertible {
    var method = "GET"
    var target: String
    var form: String?

    var description: String { "\(method) \(target)" + (form.map { " with \($0)" } ?? "") }

    /// Unix seconds of the first sample.
    static let start = RandomExpression.start

    private static func query(_ path: String, _ pairs: [(String, String)]) -> OddRequest {
        OddRequest(target: "/api/v1/\(path)?" + encoded(pairs))
    }

    private static func encoded(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.reduce(into: "") { out, byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                out += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
    }

    static let all: [OddRequest] =
        times() + steps() + ranges() + expressions() + limits() + durations() + selections() + names() + forms()
        + methods() + far()
        + grafana()

    private static let late = "\(start + 600)"

    private static func times() -> [OddRequest] {
        let texts: [String] = [
            "\(start + 600)", "\(start + 600).123", "\(start + 600).1239", "1e9", "-5", "0", "1.7e9",
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00+05:30", "2026-01-01", "now", "0x10", "1_000", " 5",
            "5 ",
            "+5", ".5", "5.", "1e", "2026-01-01T00:00:00", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "nan(1)",
        ]
        return (texts + farTimes).flatMap { time in
            [
                query("query", [("query", "up{job=\"api\"}"), ("time", time)]),
                query("query", [("query", "time()"), ("time", time)]),
            ]
        }
    }

    /// Beyond what a clock shows: infinite, wrapping around, in odd forms of RFC 3339.
    private static let farTimes: [String] = [
        "NaN", "Inf", "-Inf", "infinity", "1e400", "9223372036854775807", "-9223372036854775808", "9223372036854775",
        "1e10", "-62135596801", "253402300800", "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
        "-292273086-05-16T16:47:06Z", "292277025-08-18T07:12:54.999999999Z", "2026-01-01 00:10:00Z",
        "2026-01-01T00:10:00,5Z", "2026-01-01t00:10:00Z", "2026-01-01T00:10:00-24:00", "2026-01-01T00:10:00+24:60",
        "2026-01-01T00:10:00+25:00", "2026-01-01T00:10:60Z", "2026-01-01T00:10:00+5:00", "2026-01-01T00:10:00.Z",
    ]

    private static func far() -> [OddRequest] {
        farTimes.flatMap { time in
            [
                range("up", [("start", time), ("end", "\(start + 30)"), ("step", "15")]),
                range("up", [("start", "\(start)"), ("end", time), ("step", "15")]),
                range("\"a\"", [("start", time), ("end", time), ("step", "15")]),
                query("series", [("match[]", "nope"), ("start", time)]), query("labels", [("end", time)]),
                query("query_exemplars", [("query", "1+"), ("start", "5"), ("end", time)]),
            ]
        }
    }

    private static func range(_ text: String, _ more: [(String, String)]) -> OddRequest {
        query("query_range", [("query", text)] + more)
    }

    private static func steps() -> [OddRequest] {
        let texts: [String] = [
            "15", "15s", "1m", "0.5", "1e1", "-1", "0", "", "abc", "1m30s", "1.5m", "1d1h", "1h1d", "0.001", "1y",
            "1ms",
            "500us", "1 m", "+15", "15s ", "0x10", "1e10", "1_0", ".5", "5.", "1h-1", "-1m", "0s",
        ]
        return texts.map { step in
            range("sum(up)", [("start", "\(start)"), ("end", "\(start + 60)"), ("step", step)])
        }
    }

    private static func ranges() -> [OddRequest] {
        let ends: [(String, String)] = [
            ("\(start)", "\(start - 1)"), ("\(start)", "\(start)"), ("x", "\(start)"), ("\(start)", "x"),
            ("", "\(start)"), ("\(start)", ""), ("\(start)", "\(start + 1_000_000)"),
            ("\(start)", "\(start + 165_000)"), ("\(start)", "\(start + 165_015)"), ("-100", "100"),
            ("\(start).5", "\(start + 31).7"), ("2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
        ]
        var all: [OddRequest] = []
        for (first, last) in ends {
            all.append(range("up", [("start", first), ("end", last), ("step", "15")]))
        }
        let parts: [String] = ["", "?query=up", "?query=up&start=\(start)", "?query=up&start=\(start)&end=\(start)"]
        for part in parts { all.append(OddRequest(target: "/api/v1/query_range" + part)) }
        let texts: [String] = ["up[5m]", "\"a\"", "1", "", "vector(1)"]
        for text in texts {
            all.append(range(text, [("start", "\(start)"), ("end", "\(start + 30)"), ("step", "15")]))
        }
        return all
    }

    private static func expressions() -> [OddRequest] {
        let texts: [String] = [
            "", "up", "up{", "up{job=~\"(\"}", "{}", "{job=~\".*\"}", "sum(", "1+", "\"a\"", "up[5m]", "up[5m:1m]",
            "rate(up)",
            "foo(", "nosuch(up)", "up @ 5", "up @ start()", "0/0", "scalar(up)", "up == bool 1",
            "histogram_quantile(2,d_bucket)", "topk(-1,up)", "quantile(2,up)",
            "count_values(\"\",up)",
            "label_replace(up,\"\",\"$1\",\"job\",\"(.*)\")", "label_replace(up,\"job\",\"\",\"job\",\"(.*)\")",
            "absent(nope{a=\"b\"})", "{\"weird.name\"}", "weird.name", "rate(up[1m])", "up # comment", "up\n+\nup",
            "up{__name__=\"up\"}", "sum by (\"job\") (up)", "holt_winters(up[1m],0.5,0.5)", "timestamp(up)", "1 == 2",
            "\"a\" == \"a\"", "!up", "up and 1", "round(http_requests_total,0)", "gone", "up[0s]", "up[5]", "1h", "`a`",
            "{a=\"\\xff\"}", "sum(up) + 5m", "up{job!=\"api\",instance!~\"h[01]\"}", "stddev_over_time(up[5m])",
        ]
        var all: [OddRequest] = []
        for text in texts {
            all.append(query("query", [("query", text), ("time", late)]))
            all.append(range(text, [("start", "\(start + 300)"), ("end", late), ("step", "60")]))
            all.append(query("format_query", [("query", text)]))
            all.append(query("parse_query", [("query", text)]))
        }
        return all
    }

    private static func limits() -> [OddRequest] {
        let texts: [String] = [
            "0", "1", "2", "-1", "abc", "", "1.5", "1e1", "+2", "99999999999999999999", " 1", "0x2",
        ]
        var all: [OddRequest] = []
        for limit in texts {
            for text in ["up", "up[1m]", "1"] {
                all.append(query("query", [("query", text), ("time", late), ("limit", limit)]))
            }
            for path in ["labels", "label/job/values", "metadata"] { all.append(query(path, [("limit", limit)])) }
            all.append(query("series", [("match[]", "gone"), ("limit", limit)]))
            all.append(query("metadata", [("limit_per_metric", limit)]))
        }
        return all
    }

    private static func durations() -> [OddRequest] {
        var all: [OddRequest] = []
        for text in ["5s", "abc", "1e30", "", "1ns", "10m", "1", "9223372036", "9223372037", "292y", "293y"] {
            for name in ["timeout", "lookback_delta"] {
                all.append(query("query", [("query", "up"), ("time", late), (name, text)]))
                all.append(
                    range("up", [("start", "\(start)"), ("end", "\(start + 60)"), ("step", "15"), (name, text)]))
            }
        }
        return all
    }

    private static func selections() -> [OddRequest] {
        let texts: [String] = [
            "up", "{}", "{job=~\".*\"}", "{job=~\".+\"}", "up{", "http_requests_total{code=\"200\"}", "nope", "up[5m]",
            "sum(up)", "", "{__name__=~\"up|gone\"}", "up offset 5m", "1", "{\"weird.name\"}", "up{job=\"\"}",
            "{job!=\"\"}",
        ]
        var all: [OddRequest] = []
        for text in texts {
            for path in ["labels", "label/job/values", "label/__name__/values", "series"] {
                all.append(query(path, [("match[]", text)]))
                all.append(query(path, [("match[]", text), ("match[]", "gone")]))
                all.append(query(path, [("match[]", text), ("start", "\(start)"), ("end", "\(start + 100)")]))
            }
        }
        let ends: [(String, String)] = [
            ("x", ""), ("", "x"), ("\(start)", ""), ("", "\(start)"),
            ("2026-01-01T00:00:00Z", ""),
        ]
        for (first, last) in ends {
            for path in ["labels", "label/job/values", "series"] {
                all.append(query(path, [("match[]", "up"), ("start", first), ("end", last)]))
            }
        }
        return all
    }

    private static func names() -> [OddRequest] {
        let texts: [String] = [
            "job", "nope", "U__a_2e_b", "a.b", "a%2Eb", "__name__", "U__job", "U__", "U__a_zz_b", "U__a__b", "a-b",
            "%C3%BC",
            "0a", "U___", "U__a_2", "U__a_2e", "U__A_2E_B", "U__a_110000_b",
        ]
        return texts.map { OddRequest(target: "/api/v1/label/\($0)/values") }
    }

    private static func post(_ path: String, _ form: String) -> OddRequest {
        OddRequest(method: "POST", target: "/api/v1/" + path, form: form)
    }

    private static func forms() -> [OddRequest] {
        let targets: [String] = [
            "series", "series?match=up", "series?match%5B%5D=up&match%5B%5D=bad%7B", "series?match%5B%5D=",
            "series?match%5B%5D=%7B%7D&match%5B%5D=up%5B5m%5D", "labels?match%5B%5D=%7B%7D&match%5B%5D=1",
            "series?match%5B%5D=up%", "series?match%5B%5D=up&x=%zz1", "series?match%5B%5D=up&;a=b",
            "labels?limit=1&%zz",
            "query?query=1&time=5&%zz", "query?query=1&time=5&;a=b",
            "query_exemplars?start=5&end=1",
            "query?query=%zz", "query?query=up&query=gone&time=\(late)", "query_exemplars", "query_exemplars?query=up",
            "query_exemplars?query=up&start=2&end=1", "query_exemplars?query=1%2B&start=1&end=2",
            "query_exemplars?query=1&start=1&end=2",
        ]
        return targets.map { OddRequest(target: "/api/v1/" + $0) } + [
            post("query", "query=up&time=\(late)"), post("query?query=up&time=\(late)", "query=gone"),
            post("query", "query=%zz"), post("labels", "match%5B%5D=up"), post("series", "match%5B%5D=up"),
            post("label/job/values", "match%5B%5D=up"), post("metadata", ""),
            post("format_query", "query=sum(up)by(job)"), post("parse_query", "query=up"),
        ]
    }

    private static func methods() -> [OddRequest] {
        let targets: [String] = [
            "query?query=1&time=1", "query_range", "labels", "label/job/values", "metadata", "format_query?query=up",
            "status/buildinfo", "status/flags", "rules", "alerts", "nosuch",
        ]
        return targets.flatMap { target in
            ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"].map { OddRequest(method: $0, target: "/api/v1/" + target) }
        }
    }

    /// What Grafana's Prometheus data source asks when it is set up, explored and put on a dashboard.
    private static func grafana() -> [OddRequest] {
        let span = "start=\(start)&end=\(late)"
        let targets: [String] = [
            "labels?\(span)", "label/__name__/values?\(span)&limit=40000",
            "label/job/values?match%5B%5D=up&\(span)", "series?match%5B%5D=up%7Bjob%3D%22api%22%7D&\(span)",
            "metadata?limit=0", "format_query?query=up", "status/buildinfo", "status/flags", "rules",
        ]
        let rate = "sum+by%28job%29+%28rate%28http_requests_total%5B1m0s%5D%29%29"
        return targets.map { OddRequest(target: "/api/v1/" + $0) } + [
            post("query", "query=1%2B1&time=\(late).123"), post("query_range", "query=\(rate)&\(span)&step=15"),
            post("query_exemplars", "query=up&\(span)"), post("labels", "\(span)&limit=40000"),
            post("series", "match%5B%5D=http_requests_total&\(span)&limit=40000"),
        ]
    }
}
