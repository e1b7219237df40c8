import Testing

@testable import PromQL

@Suite("Errors of the parser")
struct ParserErrorTests {
    @Test(
        "suggest what was meant",
        arguments: [
            ("raet(x[5m])", "did you mean rate?"), ("agv(x)", "did you mean avg?"),
            ("sum(x) bye (a)", "did you mean by?"), ("a ofset 5m", "did you mean offset?"),
            ("rate(x)", "give the selector a range, such as [5m]"),
            ("round()", "round(instant vector, [scalar])"),
            ("info(x)", "enable the feature promql-experimental-functions"),
        ])
    func hints(text: String, hint: String) {
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
        #expect(error?.hint == hint)
    }

    @Test("show the line with a caret under the place, counted in characters")
    func rendered() {
        let error = #expect(throws: PromQLError.self) {
            try PromQLParser.parse("sum(\n  foo{ü=\"é\"} )")
        }
        #expect(error?.line == 2)
        #expect(error?.column == 7)
        #expect(
            error?.rendered
                == "2:7: parse error: unexpected character inside braces: 'ü'\n    foo{ü=\"é\"} )\n        ^")
    }

    @Test("say what was found and what was expected")
    func foundAndExpected() {
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse("foo{a}") }
        #expect(error?.found == "\"}\"")
        #expect(error?.expected == "label matching operator")
        #expect(error?.range == PositionRange(start: 5, end: 6))
    }

    @Test(
        "name the feature that gated syntax needs",
        arguments: [
            ("limitk(1, x)", Feature.experimentalFunctions), ("mad_over_time(x[5m])", .experimentalFunctions),
            ("step()", .experimentalFunctions), ("rate(x[5m] anchored)", .extendedRangeSelectors),
            ("x smoothed", .extendedRangeSelectors), ("a + fill(0) b", .binopFillModifiers),
        ])
    func gated(text: String, feature: Feature) throws {
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
        #expect(error?.feature == feature)
        let expr = try PromQLParser.parse(text, options: ParserOptions(features: [feature]))
        #expect(expr.requiredFeatures == [feature])
    }

    @Test("bound depth and length", arguments: ["(", "-", "sum(", "a + ", "a ^ ", "x[", "-(", "{", "x offset -"])
    func bounded(piece: String) {
        let text = String(repeating: piece, count: 1_000_000 / piece.utf8.count)
        #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
    }

    @Test(
        "bound what is deep though it is complete",
        arguments: [("(", "x", ")"), ("-", "x", ""), ("", "x", " + x"), ("", "x", "[5m:]"), ("x[", "5m", " + 1m]")])
    func deep(open: String, middle: String, close: String) {
        let count = 100_000
        let text = String(repeating: open, count: count) + middle + String(repeating: close, count: count)
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
        #expect(error != nil)
    }

    @Test("do not hit expressions just below the bound, on any thread")
    func justBelow() async throws {
        let count = 990
        let close = String(repeating: ")", count: count)
        let texts = [
            String(repeating: "(", count: count) + "x" + close, String(repeating: "abs(", count: count) + "x" + close,
            String(repeating: "sum by (a) (", count: count) + "x" + close, String(repeating: "-", count: count) + "x",
            "x" + String(repeating: " + x", count: count), String(repeating: "x ^ ", count: count) + "x",
        ]
        try await Task.detached {
            for text in texts {
                let expr = try PromQLParser.parse(text)
                #expect(expr.description == text)
                #expect(expr.isSame(as: expr))
                #expect(expr.vectorSelectors.count > 0)
                #expect(!expr.isStepInvariant)
            }
        }.value
    }

    @Test("refuse a text that is too long before looking at it")
    func tooLong() {
        let text = String(repeating: " ", count: 2_000_000) + "x"
        let error = #expect(throws: PromQLError.self) { try PromQLParser.parse(text) }
        #expect(error?.message == "expression is longer than 1048576 bytes")
    }
}
