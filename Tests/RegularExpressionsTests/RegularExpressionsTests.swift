import RegularExpressions
import Testing

@Suite("Regular expressions")
struct RegularExpressionTests {
    @Test func anchoredOnesMatchTheWholeText() throws {
        let regex = try RegularExpression("a.b", anchored: true)
        #expect(regex.matches("a\nb"))
        #expect(!regex.matches("xa.b"))
        #expect(try RegularExpression("", anchored: true).matches(""))
    }

    @Test(
        "replace as Go does",
        arguments: [
            ("a(x*)b", "-ab-axxb-", "$1W", "---"), ("a(x*)b", "-ab-axxb-", "${1}W", "-W-xxW-"),
            ("", "abc", "X", "XaXbXcX"),
            ("b*", "abc", "-", "-a-c-"), ("(?P<n>b)", "abc", "<$n>", "a<b>c"), ("(?<n>b)", "abc", "$$$n", "a$bc"),
            ("é", "aéb", "$", "a$b"), ("b", "abc", "${", "a${c"),
        ])
    func replace(_ pattern: String, _ text: String, _ template: String, _ result: String) throws {
        #expect(try RegularExpression(pattern).replacingAll(in: text, with: template) == result)
    }

    @Test("that Go refuses are refused", arguments: ["(", "\\C", "a**", "[b-a]", "(?=x)"])
    func refused(_ pattern: String) {
        #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
    }

    @Test(
        "that Go refuses are refused in its words",
        arguments: [
            ("(", "missing closing ): `(`"), ("[", "missing closing ]: `[`"), (")", "unexpected ): `)`"),
            ("*", "missing argument to repetition operator: `*`"),
            ("a**", "invalid nested repetition operator: `**`"), ("a{1001}", "invalid repeat count: `{1001}`"),
            ("[z-a]", "invalid character class range: `z-a`"),
            ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
            ("\\8", "invalid escape sequence: `\\8`"), ("(?z)", "invalid or unsupported Perl syntax: `(?z`"),
            ("a{2,1}", "invalid repeat count: `{2,1}`"), ("\\pX", "invalid character class range: `\\pX`"),
            ("(a|b", "missing closing ): `(a|b`"), ("(?P<n", "invalid named capture: `(?P<n`"),
            ("x)", "unexpected ): `x)`"),
        ])
    func wording(_ pattern: String, _ message: String) {
        let error = #expect(throws: RegularExpressionError.self) { try RegularExpression(pattern) }
        #expect(error?.message == message)
    }
}
