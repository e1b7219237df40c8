import RuleTests
import Testing
import TimeSeries

@Suite("Notation of test series")
struct SeriesNotationTests {
    private func text(_ values: [SeriesValue]) -> [String] {
        values.map { value in
            switch value {
            case .none: "_"
            case .float(let float): StaleMarker.isStale(float) ? "stale" : float.isNaN ? "NaN" : "\(float)"
            case .histogram(let histogram, let stated): histogram.seriesNotation + (stated ? "!" : "")
            }
        }
    }

    @Test(
        "values",
        arguments: [
            ("5 -1.5e3 .5 NaN -Inf", ["5.0", "-1500.0", "0.5", "NaN", "-inf"]),
            ("_ _x3 stale", ["_", "_", "_", "_", "stale"]),
            ("2x3", ["2.0", "2.0", "2.0", "2.0"]), ("1+2x3", ["1.0", "3.0", "5.0", "7.0"]),
            ("-4-1x1 0x100", ["-4.0", "-5.0"] + Array(repeating: "0.0", count: 101)), ("", []),
            ("1e3x1", ["1000.0", "1000.0"]),
            ("{{}}", ["{{}}"]), ("{{count:1 buckets:[1]}}x1", ["{{count:1 buckets:[1]}}", "{{count:1 buckets:[1]}}"]),
            (
                "{{schema:-1 count:1 buckets:[1] offset:1}}+{{schema:0 count:4 buckets:[2 2] offset:1}}x1",
                ["{{schema:-1 count:1 offset:1 buckets:[1]}}", "{{schema:-1 count:5 offset:1 buckets:[5]}}"]
            ),
            ("{{counter_reset_hint:gauge}}", ["{{counter_reset_hint:gauge}}!"]),
            (
                "{{schema:-53 custom_values:[-1 2.5] buckets:[ 1 0 2 ]}}",
                ["{{schema:-53 custom_values:[-1 2.5] buckets:[1 0 2]}}"]
            ),
        ])
    func values(notation: String, expected: [String]) throws {
        #expect(text(try SeriesNotation.values(notation)) == expected)
    }

    private static let labelled: [(String, Labels)] = [
        ("m 1", ["__name__": "m"]), ("m{a=\"b c}\",} 1", ["__name__": "m", "a": "b c}"]), ("{a=\"b\"} 1", ["a": "b"]),
        ("{\"my metric\", \"l 1\"=\"x\"} 1", ["__name__": "my metric", "l 1": "x"]),
        ("m{a=\"\"} 1", ["__name__": "m"]), ("m {{count:1}}", ["__name__": "m"]), ("m", ["__name__": "m"]),
    ]

    @Test("labels", arguments: labelled)
    func labels(line: String, expected: Labels) throws {
        #expect(try SeriesNotation.line(line).labels == expected)
    }

    @Test func startTimestampsMoveByTheirStep() throws {
        let line = try SeriesNotation.line("m{a=\"b\"}@st _ -30s 0 -1m-1msx2 1sx1 _x2")
        #expect(line.content == .startOffsets([nil, -30_000, 0, -60_000, -60_001, -60_002, 1000, 1000, nil, nil]))
    }

    @Test(
        "refused with their place",
        arguments: [
            ("m 1 2 nope", 6), ("m{a=\"b\" 1", 1), ("m 1x", 4), ("m 1+2", 5), ("m 1e", 3),
            ("m 5 5x999999999999999999999", 5),
            ("m 0+1x1000000000", 2), ("m _x1000000000", 2), ("m {{}}x1000000000", 2),
            ("m {{}}+{{}}x9223372036854775807", 2),
            ("m {{schema:9}}", 2), ("m {{buckets:[1 2}}", 16), ("m {{count:1 count:2}}", 12), ("m {{what:1}}", 4),
            ("m {{schema:0}}+{{schema:-1}}x1", 15), ("m {{schema:-53 buckets:[1 1]}}", 2), ("m {{count:1", 11),
            ("m@st 5", 5),
            ("m 1{{}}", 3),
        ])
    func refused(line: String, offset: Int) {
        let error = #expect(throws: SeriesNotationError.self) { try SeriesNotation.line(line) }
        #expect(error?.offset == offset)
    }
}
