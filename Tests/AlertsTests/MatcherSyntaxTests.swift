import Testing
import TimeSeries

@testable import Alerts

@Suite("Matchers of alerts")
struct MatcherSyntaxTests {
    @Test(
        "are read in the UTF-8 syntax and in the older one",
        arguments: [
            ("foo=bar", #"foo="bar""#), (#"{foo="bar", baz!~"x.*",}"#, #"foo="bar",baz!~"x.*""#),
            ("foo=", #"foo="""#), ("x==", #"x="=""#), (#"t=\xff"#, #"t="\\xff""#), ("{}", ""), ("", ""),
            (#""w q"!="k""#, #""w q"!="k""#), ("ü=é", #"ü="é""#), (#"foo="🙂""#, #"foo="🙂""#),
            // Both syntaxes take it and disagree: the older one counts.
            (#"foo="\u00e9""#, #"foo="\\u00e9""#), (#"foo="a\nb\"\\""#, #"foo="a\nb\"\\""#),
            ("{foo=bar", #"foo="bar""#), ("foo=a,b=c", #"foo="a",b="c""#), (" foo =~ a.b ", #"foo=~"a.b""#),
            (#"foo="a,b",c=d"#, #"foo="a,b",c="d""#),
        ])
    func accepted(_ text: String, _ expected: String) throws {
        #expect(try MatcherSyntax.matchers(text).map(\.description).joined(separator: ",") == expected)
    }

    @Test(
        "that make no sense are refused",
        arguments: [
            "foo", "=bar", "foo!bar", #"foo="bar"#, #"foo=b"ar"#, "foo=~(", "1a", "a=b c,=", #""=a"#,
        ])
    func refused(_ text: String) {
        #expect(throws: MatcherSyntax.Refusal.self) { try MatcherSyntax.matchers(text) }
    }

    @Test("one at a time carry no braces")
    func single() throws {
        #expect(try MatcherSyntax.matcher("a=~b|c").description == #"a=~"b|c""#)
        #expect(throws: MatcherSyntax.Refusal.self) { try MatcherSyntax.matcher("{a=b}") }
    }

    @Test("see an absent label as empty, match whole values, and a dot is no newline")
    func matching() throws {
        func holds(_ text: String, _ labels: Labels) throws -> Bool {
            try MatcherSyntax.matchers(text).allMatch(labels)
        }
        for text in [#"x="""#, #"x!="y""#, #"x=~".*""#] { #expect(try holds(text, ["a": "b"])) }
        #expect(try !holds(#"x=~"a""#, ["x": "ab"]))
        #expect(try !holds(#"x=~"a.b""#, ["x": "a\nb"]))
        #expect(try holds(#"x!~"a.b""#, ["x": "a\nb"]))
    }

    @Test("give the key of a group")
    func groupKeys() throws {
        let route = GroupKey.routeKey(
            of: try MatcherSyntax.matchers(#"{c=~"d",a="b","w q"!="k"}"#), under: GroupKey.routeKey(of: [], under: nil))
        let key = GroupKey(routeKey: route, groupLabels: ["b": "y\u{2028}", "alertname": "X"])
        #expect(key.text == #"{}/{a="b",c=~"d","w q"!="k"}:{alertname="X", b="y\u2028"}"#)
    }
}
