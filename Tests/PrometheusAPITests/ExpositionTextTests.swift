import Base
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Samples in text form")
struct ExpositionTextTests {
    private func read(_ text: String) throws(Diagnostic) -> [String] {
        var reader = ExpositionText()
        try reader.read(Array(text.utf8), file: "f", now: Timestamp(milliseconds: 77))
        return reader.series.map { series in
            "\(series.labels)" + zip(series.timestamps, series.values).map { " \($1)@\($0)" }.joined()
        }
    }

    @Test(
        "are read",
        arguments: [
            ("", []), ("# just a comment\n\n", []),
            ("up 1\n", ["up 1.0@77"]),
            (
                "up{job=\"a\", x=\"q\\\"\\\\\\n\" ,} 1e3 5000\nup{job=\"a\"} +Inf -3",
                [
                    "up{job=\"a\", x=\"q\\\"\\\\\\n\"} 1000.0@5000", "up{job=\"a\"} inf@-3",
                ]
            ),
            ("m 3 3000\nm 1 1000\nm 9 1000\nm 2 2000\n", ["m 1.0@1000 2.0@2000 3.0@3000"]),
            (
                "# TYPE m counter\nm_total 1 1.5\nm_total 2 2e3 # {trace=\"x\"} 1 2.1\n# EOF\n",
                [
                    "m_total 1.0@1500 2.0@2000000"
                ]
            ),
            ("{\"a.b\", \"l.x\"=\"1\"} 16. 1\r\n", ["{\"a.b\", \"l.x\"=\"1\"} 16.0@1"]),
            (
                "# TYPE h histogram\nh_bucket{le=\"1\"} 2 1\nh_bucket{le=\"+Inf\"} 2 1\n# TYPE s summary\ns{quantile=\"0\"} 1 1\ng_bucket{le=\"1\"} 1 1\n",
                [
                    "h_bucket{le=\"1.0\"} 2.0@1", "h_bucket{le=\"+Inf\"} 2.0@1", "s{quantile=\"0.0\"} 1.0@1",
                    "g_bucket{le=\"1\"} 1.0@1",
                ]
            ),
        ])
    func reads(_ text: String, _ series: [String]) throws {
        #expect(try read(text) == series)
    }

    @Test(
        "are refused with the place",
        arguments: [
            ("ok 1\n1bad 2\n", "f:2:1: error: \"1bad\" is no metric name"),
            ("up 0x10\n", "f:1:4: error: \"0x10\" is no number"), ("up 1_0\n", "f:1:4: error: \"1_0\" is no number"),
            ("up", "f:1:3: error: the sample has no value"), ("up x", "f:1:4: error: \"x\" is no number"),
            ("up{a=\"b\" 1", "f:1:10: error: expected ',' or '}'"),
            ("up{a=\"b", "f:1:6: error: the text has no closing quote"),
            ("up{a=1} 1", "f:1:6: error: expected the value of label a in double quotes"),
            ("up{a=\"1\",a=\"2\"} 1", "f:1:10: error: label a occurs twice"),
            ("up{", "f:1:3: error: the labels have no end"),
            ("{a=\"b\"} 1", "f:1:1: error: the sample has no metric name"),
            ("{\"\"} 1", "f:1:2: error: the metric's name is empty"),
            ("up 1 1.5\n", "f:1:6: error: \"1.5\" is no timestamp in milliseconds"),
            ("up 1 NaN\n# EOF", "f:1:6: error: \"NaN\" is no timestamp in seconds"),
            ("up 1 99999999999999999999\n", "f:1:6: error: \"99999999999999999999\" is no timestamp in milliseconds"),
            ("up 1 5 6\n", "f:1:8: error: expected the end of the line"),
            ("# TYPE up countr\n", "f:1:11: error: unknown type \"countr\" of metric up"),
            ("# EOF\nup 1\n# EOF", "f:2:1: error: there is more behind # EOF"),
            ("%a 1", "f:1:1: error: \"%a\" is no metric name"),
        ])
    func refuses(_ text: String, _ message: String) {
        let error = #expect(throws: Diagnostic.self) { try read(text) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    /// What gzip made of `up 1 1000` and a line's end.
    private static let first: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 45, 80, 48, 84, 48, 52, 48, 48, 224, 2, 0, 19, 127, 21, 132, 10, 0,
        0, 0,
    ]
    /// The same of `up 2 2000`.
    private static let second: [UInt8] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 45, 80, 48, 82, 48, 50, 48, 48, 224, 2, 0, 94, 31, 93, 242, 10, 0,
        0, 0,
    ]

    @Test func packedFilesAreUnpacked() throws {
        for bytes in [Self.first + Self.second, Self.first + Self.second + [0, 0, 0]] {
            var reader = ExpositionText()
            try reader.read(bytes, file: "f.gz", now: Timestamp(milliseconds: 0))
            #expect(reader.series.map(\.values) == [[1, 2]])
        }
    }

    @Test("packed files that are cut, damaged or too large are refused")
    func brokenPacks() {
        func reason(_ bytes: [UInt8], limit: Int = 1000) -> Gzip.Failure? {
            #expect(throws: Gzip.Failure.self) { try Gzip.unpack(bytes, limit: limit) }
        }
        for length in 2..<Self.first.count { #expect(reason(Array(Self.first[..<length])) == .truncated) }
        var damaged = Self.first
        damaged[damaged.count - 6] ^= 1
        #expect(reason(damaged) == .damaged)
        #expect(reason(Self.first + [7]) == .damaged || reason(Self.first + [7]) == .truncated)
        #expect(reason(Self.first, limit: 9) == .tooLarge(limit: 9))
        var reader = ExpositionText()
        let error = #expect(throws: Diagnostic.self) {
            try reader.read(damaged, file: "f.gz", now: Timestamp(milliseconds: 0))
        }
        #expect(error?.description.hasPrefix("f.gz:1:1: error: the gzip data is damaged") == true)
    }

    @Test("a million labels, and times that are none, are refused with their place")
    func absurd() {
        func reason(_ text: String) -> String? {
            var reader = ExpositionText()
            return #expect(throws: Diagnostic.self) {
                try reader.read(Array(text.utf8), file: "f", now: Timestamp(milliseconds: 0))
            }?.description
        }
        let labels = (0..<1_000_000).map { "l\($0)=\"v\"" }.joined(separator: ",")
        #expect(reason("up 1\nm{\(labels)} 1\n")?.hasPrefix("f:2:2: error: a series has more than 1000 labels") == true)
        for time in ["NaN", "Inf", "1e999", "9223372036854775808"] {
            #expect(reason("up 1 \(time)\n")?.hasPrefix("f:1:6: error") == true, "\(time)")
        }
    }

    @Test("damaged texts give an error or samples, never a crash")
    func damage() {
        let whole = Array(
            "# TYPE h histogram\nh_bucket{le=\"1\",a=\"\\n\"} 2 1\n{\"x\"} NaN 3 # {a=\"b\"} 1\n# EOF\n".utf8)
        for cut in whole.indices {
            for replacement: UInt8 in [0, 0x22, 0x7B, 0x0A, 0xFF, 0x5C] {
                var damaged = whole
                damaged[cut] = replacement
                var reader = ExpositionText()
                try? reader.read(damaged, file: "f", now: Timestamp(milliseconds: 0))
                try? reader.read(Array(whole[..<cut]), file: "f", now: Timestamp(milliseconds: 0))
            }
        }
    }
}
