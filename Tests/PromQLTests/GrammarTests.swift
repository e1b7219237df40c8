import Testing
import TimeSeries

@testable import PromQL

@Suite("The grammar")
struct GrammarTests {
    private func parse(_ text: String) throws -> Expr { try PromQLParser.parse(text, options: .everything) }

    @Test(
        "binds operators as Prometheus does",
        arguments: [
            ("a + b * c", "a + (b * c)"), ("a * b / c", "(a * b) / c"), ("a ^ b ^ c", "a ^ (b ^ c)"),
            ("-a ^ b", "-(a ^ b)"), ("-a * b", "(-a) * b"), ("a * -b ^ c", "a * (-(b ^ c))"),
            ("a atan2 b * c", "(a atan2 b) * c"), ("a == b + c", "a == (b + c)"), ("a or b and c", "a or (b and c)"),
            ("a unless b and c", "(a unless b) and c"), ("a </ b > c", "(a </ b) > c"), ("a + b >/ c", "(a + b) >/ c"),
            ("2 ^ -1 * 3", "(2 ^ (-1)) * 3"), ("a offset 5m + b", "(a offset 5m) + b"),
            ("a offset -2 ^ 2", "(a offset -2) ^ 2"), ("a offset step() ^ 0", "(a offset step()) ^ 0"),
            ("a offset -min_of(step(), 1s) ^ 0", "(a offset -min_of(step(), 1s)) ^ 0"),
        ])
    func precedence(text: String, explicit: String) throws {
        #expect(try unwrapped(parse(text)).isSame(as: unwrapped(parse(explicit))))
    }

    /// Without parentheses, which are nodes of their own.
    private func unwrapped(_ expr: Expr) -> Expr {
        switch expr {
        case .paren(let node): unwrapped(node.inner)
        case .binary(let node):
            .binary(
                .init(
                    op: node.op, left: unwrapped(node.left), right: unwrapped(node.right), matching: node.matching,
                    returnsBool: node.returnsBool, range: node.range))
        case .unary(let node):
            .unary(.init(isNegative: node.isNegative, operand: unwrapped(node.operand), range: node.range))
        default: expr
        }
    }

    @Test(
        "reads ranges and offsets",
        arguments: [
            ("x[5m]", DurationExpr.literal(milliseconds: 300_000)), ("x[300]", .literal(milliseconds: 300_000)),
            ("x[1.5]", .literal(milliseconds: 1500)), ("x[step()]", .step), ("x[-step()]", .negate(.step)),
            ("x[5m * 2]", .binary(.multiply, .literal(milliseconds: 300_000), .number(2))),
            ("x[min_of(step(), 1h)]", .minimum(.step, .literal(milliseconds: 3_600_000))),
            ("x[(RANGE() + 1)]", .paren(.binary(.add, .range, .number(1)))),
        ])
    func durations(text: String, window: DurationExpr) throws {
        guard case .matrixSelector(let node) = try parse(text) else {
            Issue.record("no range selector")
            return
        }
        #expect(node.window == window)
    }

    @Test("takes keywords as names of metrics and labels")
    func keywordsAsNames() throws {
        for word in ["sum", "by", "offset", "and", "start", "fill", "anchored", "min_of", "limitk", "STEP"] {
            #expect(try parse(word).metricNames == [word])
            #expect(try parse("\(word){a=\"b\"}").metricNames == [word])
        }
        for word in ["on", "bool", "by", "group_left", "atan2", "ignoring", "sum"] {
            #expect(try parse("sum by (\(word)) (x{\(word)=\"y\"})").possibleLabels == .only([word]))
        }
        #expect(try parse("other + fill").metricNames == ["other", "fill"])
        #expect(try parse("other + fill(0) fill").metricNames == ["other", "fill"])
    }

    @Test("keeps matching, filling and bool")
    func modifiers() throws {
        guard
            case .binary(let node) = try parse(
                "a > bool on (x) group_left (y, z) fill_right(5) fill_left(-1) b")
        else {
            Issue.record("no operator")
            return
        }
        #expect(node.returnsBool)
        #expect(
            node.matching
                == VectorMatching(
                    cardinality: .manyToOne, labels: ["x"], isOn: true, include: ["y", "z"], fillLeft: -1,
                    fillRight: 5))
        guard case .binary(let set) = try parse("a and b"), case .binary(let scalar) = try parse("a + 1") else {
            Issue.record("no operator")
            return
        }
        #expect(set.matching?.cardinality == .manyToMany)
        #expect(scalar.matching == nil)
    }

    @Test("knows where everything stands")
    func positions() throws {
        let text = "sum by (a) (rate(foo[5m] offset 1h)) / -bar"
        guard case .binary(let node) = try parse(text), case .aggregate(let sum) = node.left,
            case .call(let rate) = sum.inner, case .unary(let minus) = node.right
        else {
            Issue.record("another tree")
            return
        }
        let shown = { (range: PositionRange) in
            String(decoding: Array(text.utf8)[range.start..<range.end], as: UTF8.self)
        }
        #expect(shown(node.range) == text)
        #expect(shown(sum.range) == "sum by (a) (rate(foo[5m] offset 1h))")
        #expect(shown(rate.range) == "rate(foo[5m] offset 1h)")
        #expect(shown(rate.arguments[0].range) == "foo[5m] offset 1h")
        #expect(shown(minus.range) == "-bar")
    }

    @Test("reads selectors and series alone")
    func selectorsAlone() throws {
        let matchers = try PromQLParser.parseMetricSelector("up{job=~\"a.*\"}")
        #expect(matchers.map(\.description) == ["__name__=\"up\"", "job=~\"a.*\""])
        #expect(throws: PromQLError.self) { try PromQLParser.parseMetricSelector("up[5m]") }
        #expect(throws: PromQLError.self) { try PromQLParser.parseMetricSelector("{}") }
        let labels = try PromQLParser.parseMetric("up{job=\"a\", 'x y'=\"b\"}")
        #expect(labels == Labels([("__name__", "up"), ("job", "a"), ("x y", "b")]))
        #expect(try PromQLParser.parseMetric("{}").isEmpty)
        #expect(throws: PromQLError.self) { try PromQLParser.parseMetric("up{job=~\"a\"}") }
    }

    @Test(
        "knows which labels a result can have",
        arguments: [
            ("sum by (a) (x)", "a", true), ("sum by (a) (x)", "b", false), ("sum(x)", "a", false),
            ("sum without (a) (x)", "a", false), ("sum without (a) (x)", "b", true), ("rate(x[5m])", "__name__", false),
            ("sum by (a) (x) * on (a) group_left (b) y", "b", true), ("x * on (a) y", "b", false),
            ("absent(x{a=\"1\", b=~\"2\"})", "a", true), ("absent(x{a=\"1\", b=~\"2\"})", "b", false),
            ("label_replace(sum(x), \"a\", \"$1\", \"b\", \"(.*)\")", "a", true), ("vector(1)", "a", false),
            ("count_values(\"v\", x)", "v", true), ("sum by (a) (sum by (b) (x))", "a", false),
            ("topk(1, x)", "a", true), ("histogram_quantile(0.9, x)", "le", false), ("x{a=\"\",b=\"c\"}", "a", false),
            ("sum by (a) (x) or sum by (b) (x)", "b", true),
        ])
    func labels(text: String, label: String, possible: Bool) throws {
        #expect(try parse(text).possibleLabels.contains(label) == possible)
    }

    @Test(
        "knows what is the same at every step",
        arguments: [
            ("x", false), ("x @ 5", true), ("x @ end()", true), ("rate(x[5m] @ 5)", true), ("1 + 2", true),
            ("time()", false), ("timestamp(x @ 5)", false), ("sum(x @ 5) + y", false), ("rate(x[5m])[1h:] @ 5", true),
            ("(x @ 5)[1h:]", false), ("hour(x @ 5)", false), ("pi() * x @ 0", true),
        ])
    func invariant(text: String, expected: Bool) throws { #expect(try parse(text).isStepInvariant == expected) }
}
