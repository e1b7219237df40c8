import JSON
import Testing

@Suite("JSON is read")
struct JSONValueTests {
    @Test(
        "into the value that stands there",
        arguments: [
            ("null", nil), ("true", true), (" false ", false), ("0", 0), ("-12", -12), ("1.5", 1.5), ("1e3", 1000.0),
            ("\"a\\n\\u00e9\\ud83d\\ude00\\/\"", "a\né😀/"), ("[]", []), ("{}", [:]),
            ("[1,[2],{\"a\":null}]", [1, [2], ["a": nil]]),
            ("{\"b\":1,\"a\":\"x\"}", ["b": 1, "a": "x"]), ("9223372036854775807", 9_223_372_036_854_775_807),
            ("18446744073709551616", 18446744073709551616.0), ("\"\\ud800x\"", "\u{FFFD}x"),
        ] as [(String, JSONValue)])
    func values(_ text: String, _ value: JSONValue) throws { #expect(try JSONValue(parsing: text) == value) }

    @Test(
        "and what is none is refused with its place",
        arguments: [
            ("", "1:1: the text ends where a value was expected"),
            ("{\"a\":1,}", "1:8: unexpected `}`, expected a key in quotes"),
            ("[1\n 2]", "2:2: unexpected `2`, expected `,` or `]`"), ("nul", "1:1: unexpected `n`, expected a value"),
            ("\"a", "1:1: the string is not closed"), ("\"a\u{1}\"", "1:3: control character in a string"),
            ("01", "1:2: unexpected `1`, expected the end of the text"),
            ("1.", "1:3: the text ends where a digit was expected"),
            ("1e999", "1:1: the number does not fit 64 bits"),
            ("[\"é\" x]", "1:6: unexpected `x`, expected `,` or `]`"),
            ("\"\\x\"", "1:2: unknown escape in a string"), ("\"\\u12g4\"", "1:2: `\\u` needs four hexadecimal digits"),
            ("\u{FEFF}1", "1:1: the text begins with a byte order mark"),
            (String(repeating: "[", count: 101), "1:101: nested deeper than 100 levels"),
        ])
    func refused(_ text: String, _ message: String) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == message)
    }

    @Test func aTextThatIsTooLongIsNotRead() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "[1, 2]", limits: .init(bytes: 5)) }
        #expect(error?.description == "the text has 6 bytes, at most 5 are read")
    }

    @Test func theLastOfRepeatedKeysCountsAsInGo() throws {
        #expect(try JSONValue(parsing: "{\"a\":1,\"a\":2}")["a"] == 2)
    }

    @Test func negativeZeroKeepsItsSign() throws {
        for text in ["-0", "-0e16", "-0.0"] { #expect(try JSONValue(parsing: text).text == "-0") }
    }

    @Test func invalidUTF8BecomesTheReplacementCharacter() throws {
        #expect(try JSONValue(parsing: [0x22, 0xFF, 0x61, 0x22]) == "\u{FFFD}a")
    }
}
