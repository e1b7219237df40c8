import Testing

@testable import PromQL

@Suite("The parser")
struct ParserTests {
    @Test(
        "prints what it read as Prometheus prints it",
        arguments: [
            ("-1^2", "-1 ^ 2"), ("2^3^2", "2 ^ 3 ^ 2"), ("- -1", "1"), ("010", "8"), ("08", "8"), ("1_000", "1000"),
            ("0x_ff", "255"), ("5m", "5m"), ("1e21", "1000000000000000000000"), ("inf", "+Inf"), ("a[300]", "a[5m]"),
            ("a[1.5]", "a[1s500ms]"), ("a offset 0", "a"), ("a offset -5m", "a offset -5m"),
            ("a offset 5m @ end()", "a @ end() offset 5m"), ("a @ -5.5555", "a @ -5.556"),
            ("SUM(x)by(b)", "sum by (b) (x)"),
            ("sum by () (x)", "sum(x)"), ("sum without () (x)", "sum without () (x)"),
            ("a*on(x)group_left b", "a * on (x) group_left () b"), ("a + on() 1", "a + 1"),
            (#"{"foo",a="b"}"#, #"{__name__="foo",a="b"}"#), (#"{"a b"="x"}"#, #"{"a b"="x"}"#),
            ("sum by (\"a b\", 'c', a:b) (x)", "sum by (\"a b\", c, a:b) (x)"), (#"'a"b'"#, #""a\"b""#),
            ("rate(x[5m:1m] offset 1h)", "rate(x[5m:1m] offset 1h)"), ("a[5m+10]", "a[5m + 10]"),
        ])
    func prints(text: String, printed: String) throws {
        #expect(try PromQLParser.parse(text).description == printed)
    }

    @Test(
        "refuses in Prometheus' words",
        arguments: [
            ("", "unknown position: parse error: no expression found in input"),
            ("# c", "1:1: parse error: no expression found in input"),
            ("sum x", "1:5: parse error: unexpected identifier \"x\""),
            ("sum(a b)", "1:7: parse error: unexpected identifier \"b\" in aggregation"),
            ("sum(a", "1:6: parse error: unclosed left parenthesis"),
            ("{a}", "1:3: parse error: unexpected \"}\" in label matching, expected label matching operator"),
            ("== a", "1:1: parse error: unexpected <op:==>"),
            ("1 == 1", "1:3: parse error: comparisons between scalars must use BOOL modifier"),
            ("a + bool b", "1:3: parse error: bool modifier can only be used on comparison operators"),
            (
                "rate(x)",
                "1:6: parse error: expected type range vector in call to function \"rate\", got instant vector"
            ),
            ("info(x)", "1:1: parse error: function \"info\" is not enabled"),
            ("a\n  + + )", "2:8: parse error: unexpected right parenthesis ')'"),
        ])
    func refuses(text: String, message: String) throws {
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
        #expect(error?.description == message)
    }
}
