import Base
import JSON
import Testing

@Suite("JSON is written")
struct JSONWriterTests {
    @Test func escapesAtEveryPlaceOfALongText() {
        for (part, escaped) in [
            ("\"", #"\""#), ("\\", #"\\"#), ("\n", #"\n"#), ("<", #"\u003c"#), ("\u{1F}", #"\u001f"#), ("ü", "ü"),
            ("\u{2028}", #"\u2028"#), ("&>", #"\u0026\u003e"#),
        ] {
            for place in 0..<20 {
                let (before, after) = (String(repeating: "a", count: place), String(repeating: "b", count: 20 - place))
                var json = JSONWriter()
                json.string(before + part + after)
                #expect(json.text == "\"" + before + escaped + after + "\"")
            }
        }
    }

    @Test func writesInstantsWithAsManyDecimalsAsAskedFor() {
        var json = JSONWriter()
        json.beginArray()
        for time: Int64 in [0, 1500, 1_767_225_600_120, -1, -62_135_596_800_000, 253_402_300_799_999] {
            json.time(Timestamp(milliseconds: time), decimals: 3)
            json.time(Timestamp(milliseconds: time))
        }
        json.endArray()
        #expect(
            json.text == #"["1970-01-01T00:00:00.000Z","1970-01-01T00:00:00Z","1970-01-01T00:00:01.500Z","#
                + #""1970-01-01T00:00:01.5Z","2026-01-01T00:00:00.120Z","2026-01-01T00:00:00.12Z","#
                + #""1969-12-31T23:59:59.999Z","1969-12-31T23:59:59.999Z","0001-01-01T00:00:00.000Z","#
                + #""0001-01-01T00:00:00Z","9999-12-31T23:59:59.999Z","9999-12-31T23:59:59.999Z"]"#)
    }

    @Test func inTheOrderOfTheCalls() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("b")
        writer.beginArray()
        writer.integer(1)
        writer.bool(true)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.endArray()
        writer.key("a")
        writer.string("x")
        writer.endObject()
        #expect(writer.text == #"{"b":[1,true,null,{},[]],"a":"x"}"#)
    }

    @Test(
        "with the escapes of Go's encoding/json",
        arguments: [
            ("a\"b\\c/", #""a\"b\\c/""#), ("<b>&", #""\u003cb\u003e\u0026""#),
            ("\n\r\t\u{8}\u{C}\u{1}", #""\n\r\t\b\f\u0001""#),
            ("\u{2028}\u{2029}é😀\u{7f}", "\"\\u2028\\u2029é😀\u{7f}\""),
        ])
    func escapes(_ text: String, _ json: String) { #expect(JSONValue.string(text).text == json) }

    @Test func withoutThoseOfHTMLWherePrometheusHasNone() {
        var writer = JSONWriter(escaping: .plain)
        writer.string("<a>\u{2028}\"")
        #expect(writer.text == "\"<a>\u{2028}\\\"\"")
    }

    @Test func withInvalidUTF8Replaced() {
        var writer = JSONWriter()
        let bytes: [UInt8] = [0x61, 0xC3, 0x28, 0xED, 0xA0, 0x80, 0xF0, 0x9F]
        bytes.withUnsafeBufferPointer { writer.string(utf8: $0) }
        #expect(writer.text == #""a\ufffd(\ufffd\ufffd\ufffd\ufffd\ufffd""#)
    }

    @Test(
        "with sample values as Prometheus prints them",
        arguments: [
            (0, "0"), (-0.0, "-0"), (1.5, "1.5"), (100, "100"), (-3, "-3"), (1e-6, "0.000001"), (9.9e-7, "9.9e-07"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123_456_789.125, "123456789.125"), (0.00015, "0.00015"), (0.00001234, "0.00001234"),
            (1e16, "10000000000000000"),
            (9_007_199_254_740_992, "9007199254740992"), (.leastNonzeroMagnitude, "5e-324"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
        ] as [(Double, String)])
    func samples(_ value: Double, _ text: String) { #expect(SampleText.string(value) == text) }

    @Test("with the fewest digits that read back as the same sample value")
    func shortest() {
        var state: UInt64 = 7
        for _ in 0..<5000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            let scaled = Double(Int64(bitPattern: state) >> 20) / 1024
            for number in [value, scaled, scaled / 1e9] where number.isFinite {
                let magnitude = number.magnitude
                let format: GoFloat.Format = magnitude < 1e-6 || magnitude >= 1e21 ? .exponent : .fixed
                #expect(SampleText.string(number) == GoFloat.string(number, number == 0 ? .fixed : format))
            }
        }
    }

    @Test("with columns as with single samples")
    func columns() {
        let times: [Int64] = (0..<300).map { $0 * 1250 - 5000 }
        let values = times.map { Double($0) / 7 }
        let texts = InstantTexts(times.filter { $0 % 2500 == 0 })
        var columns = JSONWriter()
        columns.beginArray()
        columns.samples(times, values, texts)
        columns.endArray()
        var single = JSONWriter()
        single.beginArray()
        for (time, value) in zip(times, values) { single.sample(Timestamp(milliseconds: time), value) }
        single.endArray()
        #expect(columns.text == single.text)
        var none = JSONWriter()
        none.beginArray()
        none.samples([], [], texts)
        none.endArray()
        #expect(none.text == "[]")
    }

    @Test(
        "with instants as Prometheus prints them",
        arguments: [
            (1_435_781_430_781, "1435781430.781"), (1_435_781_430_000, "1435781430"), (1500, "1.500"), (7, "0.007"),
            (-1020, "-1.020"),
            (0, "0"),
        ] as [(Int64, String)])
    func instants(_ milliseconds: Int64, _ text: String) {
        var writer = JSONWriter()
        writer.timestamp(Timestamp(milliseconds: milliseconds))
        #expect(writer.text == text)
    }

    @Test(
        "with numbers as Go's encoding/json prints them",
        arguments: [(1e-7, "1e-7"), (1e21, "1e+21"), (0.5, "0.5"), (3, "3"), (1e-10, "1e-10"), (.nan, "null")]
            as [(Double, String)])
    func numbers(_ value: Double, _ text: String) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(writer.text == text)
    }

    @Test func aSampleIsAPair() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.sample(Timestamp(milliseconds: 1_435_781_430_781), 1)
        writer.sample(Timestamp(milliseconds: 1000), .nan)
        writer.endArray()
        #expect(writer.text == #"[[1435781430.781,"1"],[1,"NaN"]]"#)
    }
}
