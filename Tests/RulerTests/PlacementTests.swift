import Base
import PromQL
import QueryEngine
import Ruler
import Testing

@Suite("What a server is asked")
struct GroupPlanTests {
    private func questions(_ texts: [String], recorded: [String] = ["rec"]) throws -> [[String]] {
        let parsed = try texts.map { (expression: try PromQLParser.parse($0), text: $0) }
        let plan = GroupPlan(parsed, mayAsk: true, recorded: RecordedNames(recorded), options: QueryOptions())
        return plan.expressions.map { $0.pieces.map(\.question) }
    }

    @Test(
        "is the largest part that reads nothing recorded here",
        arguments: [
            ("up == 0", ["up == 0"]), ("vector(1)", ["vector(1)"]), ("rec > 1", []),
            ("sum(rate(a[5m])) / rec", ["sum(rate(a[5m]))"]),
            ("(a + b) * on (job) rec + sum(c)", ["a + b", "sum(c)"]),
            ("max_over_time((a / rec)[5m:1m])", []), ("max_over_time(a[5m:]) > rec", ["max_over_time(a[5m:1m])"]),
            ("ALERTS and on (job) (a > 1)", ["a > 1"]), ("{job=\"x\"}", []), ("absent(rec)", []),
            ("rec > scalar(sum(a))", ["scalar(sum(a))"]), ("{__name__=~\"r.*\"} + a", ["a"]),
            ("rate(a[5m] offset 1m) > on (job) rec @ 100", ["rate(a[5m] offset 1m)"]),
        ])
    func pieces(_ text: String, _ expected: [String]) throws {
        #expect(try questions([text]) == [expected])
    }

    @Test func aggregatedPartsThatSeveralRulesReadAreAskedOnce() throws {
        let ratio = "sum by (job) (rate(e[5m])) / sum by (job) (rate(a[5m]))"
        #expect(try questions(["\(ratio) > 0.1", "\(ratio) > 0.2", "\(ratio) > 0.5"]) == [[ratio], [ratio], [ratio]])
        // Asking apart would be one question more, or move many series.
        let apart = ["sum(a) / sum(b) > 1", "sum(a) / sum(c) > 1"]
        #expect(try questions(apart) == apart.map { [$0] })
        let many = ["rate(a[5m]) > 1", "rate(a[5m]) > 2"]
        #expect(try questions(many) == many.map { [$0] })
    }
}

@Suite("Choosing where to compute by cost")
struct EvaluationChooserTests {
    private let start = Timestamp(milliseconds: 1_000_000_000)

    /// Notes ticks of 15 s, each costing what its place costs; the first one after a change is not typical.
    private func run(
        _ chooser: inout EvaluationChooser, ticks: Int, from first: Int = 0, remote: Int, local: Int,
        mayCompute: Bool = true
    ) {
        var last = chooser.place
        for tick in first..<first + ticks {
            let place = chooser.place
            chooser.note(
                .milliseconds(place == .remote ? remote : local), isTypical: place == last || place == .remote,
                mayCompute: mayCompute, at: start + .seconds(tick * 15))
            last = place
        }
    }

    @Test func theCheaperWayStays() {
        var chooser = EvaluationChooser()
        run(&chooser, ticks: 20, remote: 100, local: 10)
        #expect(chooser.place == .local)
        #expect(chooser.remoteCost == .milliseconds(100))
        #expect(chooser.localCost == .milliseconds(10))
        var other = EvaluationChooser()
        run(&other, ticks: 20, remote: 10, local: 100)
        #expect(other.place == .remote)
        var close = EvaluationChooser()
        run(&close, ticks: 20, remote: 100, local: 90)
        #expect(close.place == .remote)
    }

    @Test func itIsTriedAgainLaterAndLeftWhenItCannotBeDone() {
        var chooser = EvaluationChooser()
        run(&chooser, ticks: 20, remote: 10, local: 100)
        run(&chooser, ticks: 60, from: 20, remote: 100, local: 10)
        #expect(chooser.place == .local)
        chooser.noteFailure(at: start)
        #expect(chooser.place == .remote)
        var never = EvaluationChooser()
        run(&never, ticks: 100, remote: 100, local: 1, mayCompute: false)
        #expect(never.place == .remote)
    }
}
