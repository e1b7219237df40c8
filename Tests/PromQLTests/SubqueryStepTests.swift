import Base
import PromQL
import Testing

@Suite("Steps of subqueries")
struct SubqueryStepTests {
    @Test(
        "are written where there is none",
        arguments: [
            ("max_over_time(up[5m:])", "max_over_time(up[5m:15s])"),
            ("max_over_time(up[5m:1m])", "max_over_time(up[5m:1m])"),
            (
                "sum by (job) (-max_over_time(rate(x[1m])[10m:] offset 5m @ 100)) > bool (min_over_time(max_over_time(up[1m:])[1h:30s]))",
                "sum by (job) (-max_over_time(rate(x[1m])[10m:15s] @ 100.000 offset 5m)) > bool (min_over_time(max_over_time(up[1m:15s])[1h:30s]))"
            ),
            ("topk(scalar(max_over_time(k[1m:])), up)", "topk(scalar(max_over_time(k[1m:15s])), up)"),
            ("up", "up"), ("rate(up[5m])", "rate(up[5m])"),
        ])
    func written(_ text: String, _ expected: String) throws {
        let expr = try PromQLParser.parse(text)
        #expect(expr.writingSubqueryStep(.seconds(15)) == expr || expr.hasSubqueryWithoutStep)
        #expect("\(expr.writingSubqueryStep(.seconds(15)))" == "\(try PromQLParser.parse(expected))")
        #expect(!expr.writingSubqueryStep(.seconds(15)).hasSubqueryWithoutStep)
    }

    @Test(
        "over instant selectors are told from those over ranges",
        arguments: [
            ("max_over_time(up[5m:])", true), ("max_over_time(rate(x[1m])[5m:])", false),
            ("up", false), ("rate(x[5m])", false), ("max_over_time((rate(x[1m]) + up)[5m:])", true),
            ("max_over_time(vector(1)[5m:])", false), ("up > max_over_time(up[5m:1m])", true),
        ])
    func told(_ text: String, _ expected: Bool) throws {
        #expect(try PromQLParser.parse(text).hasSubqueryOverInstantSelector == expected)
    }
}
