import Testing

@testable import PromQL

@Suite("Explanations")
struct ExplanationTests {
    private func parse(_ text: String) throws -> Expr { try PromQLParser.parse(text, options: .everything) }

    @Test(
        "remark on what is valid but may not be meant",
        arguments: [
            ("sum(http_requests_total) > 5", ["counter-without-rate"]), ("rate(http_requests_total[5m])", []),
            ("avg_over_time(http_requests_total[5m])", ["counter-without-rate"]), ("absent(http_requests_total)", []),
            ("count(http_requests_total)", []), ("sum(rate(label_replace(a_total, \"b\", \"\", \"\", \"\")[5m:]))", []),
            ("up and on (job) a_total", []), ("sum by (a) (sum by (b) (x))", ["dropped-label"]),
            ("sum by (a) (x) / on (a, b) sum by (a, b) (y)", ["dropped-label"]),
            ("x * on (a) group_left (team) sum by (a) (y)", ["dropped-label"]),
            ("label_replace(sum(x), \"a\", \"$1\", \"b\", \"(.*)\")", ["dropped-label"]),
            ("sum by (a) (label_replace(sum(x), \"a\", \"z\", \"\", \"\"))", []),
            ("count(x) > 0", ["constant-comparison"]), ("count(x) == 0", ["constant-comparison"]),
            ("0 < count(x)", ["constant-comparison"]), ("count(x) > 5", []),
            ("absent(x) == 1", ["constant-comparison"]),
            ("hour() >= 24", ["constant-comparison"]), ("hour() > 9 < 17", []),
            ("rate(x[5m]) < 0", ["constant-comparison"]),
            ("1 == bool 1", ["constant-comparison"]), ("x == NaN", ["constant-comparison"]), ("x > 0", []),
            ("x / x", ["identical-operands"]), ("x == (x)", ["identical-operands"]), ("x * x", []),
            ("x unless x", ["identical-operands"]), ("x - x offset 5m", []),
        ])
    func notes(text: String, kinds: [String]) throws {
        #expect(try parse(text).notes.map(\.kind.rawValue) == kinds)
    }

    @Test("show the tree with types, what is fetched, and what is needed")
    func rendered() throws {
        let expr = try parse("sum by (job) (rate(a_total{x=\"y\"}[5m] offset 1h)) / count(b @ 5) > 0.5")
        #expect(
            Explanation(expr).description == """
                >  : instant vector
                ├─ /  : instant vector
                │  ├─ sum by (job)  : instant vector
                │  │  └─ rate()  : instant vector
                │  │     └─ a_total{x="y"}[5m] offset 1h  : range vector
                │  └─ count  : instant vector
                │     └─ b @ 5.000  : instant vector
                └─ 0.5  : scalar

                fetches:
                  a_total{x="y"}[5m] offset 1h
                    {__name__="a_total", x="y"}
                    samples of the last 5m before the evaluation time shifted back by 1h
                  b @ 5.000
                    {__name__="b"}
                    the newest sample of the last 5m before Unix time 5

                result: instant vector, labels: job
                """)
        let gated = Explanation(try parse("mad_over_time(x[5m] @ end())"))
        #expect(gated.features == [.experimentalFunctions])
        #expect(gated.isStepInvariant)
        #expect(gated.description.contains("needs features: promql-experimental-functions"))
    }

    @Test("say over which steps of a subquery a selector is read")
    func subqueries() throws {
        let explanation = Explanation(try parse("max_over_time(rate(x[5m])[1h:1m] offset 2h)"))
        #expect(
            explanation.root.children[0].children[0].children[0].fetch?.time
                == "samples of the last 5m before each step, every 1m in the 1h before the evaluation time shifted back "
                + "by 2h")
    }
}
