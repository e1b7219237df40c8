import Base
import PromQL
import QueryEngine
import TimeSeries

/// One eval of a script, checked in all the ways it must hold.
struct ScriptCase {
    let eval: PromQLScript.Eval
    let storage: ScriptStorage
    let options: QueryOptions

    /// What is wrong; nil when nothing is.
    func failure() -> String? {
        switch eval.time {
        case .range(let start, let end, let step):
            let kind = QueryPlan.Kind.range(
                start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end), step: .milliseconds(step))
            return check(eval.expression, eval.text, kind, at: start)
        case .instant(let time):
            var at = time
            if case .range(_, let end, _)? = eval.matrixTime { at = end }
            if let wrong = checkInstant(eval.expression, eval.text, at: at) { return wrong }
            guard let pinned = PinnedExpression.pin(eval.expression, at: at) else { return nil }
            let text = pinned.description
            guard let expression = try? PromQLParser.parse(text, options: .everything) else {
                return "  the expression printed with @ cannot be read: \(text)"
            }
            for other in Self.otherTimes(at) {
                if let wrong = checkInstant(expression, text, at: other) {
                    return "  as \(text) at \(other) ms\n\(wrong)"
                }
            }
            return nil
        }
    }

    /// Where a pinned expression must give the same.
    private static func otherTimes(_ time: Int64) -> [Int64] {
        time == 0 ? [-1000, 0, 1000] : [-10 * time, 0, time / 5, time, 10 * time]
    }

    private func checkInstant(_ expression: Expr, _ text: String, at time: Int64) -> String? {
        if let wrong = check(expression, text, .instant(Timestamp(milliseconds: time)), at: time) { return wrong }
        return checkMiddle(expression, text, at: time)
    }

    private func evaluate(_ expression: Expr, _ text: String, _ kind: QueryPlan.Kind) throws(QueryError) -> QueryResult
    {
        let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
        return try plan.evaluate(responses: plan.requests.map(storage.answer))
    }

    private func check(_ expression: Expr, _ text: String, _ kind: QueryPlan.Kind, at time: Int64) -> String? {
        let result: QueryResult
        do throws(QueryError) {
            result = try evaluate(expression, text, kind)
        } catch {
            guard let failure = eval.failure else { return "  the query fails: \(error.message)" }
            if failure.matches(error.message) { return nil }
            return "  expected failure: \(Self.describe(failure))\n  got failure:      \(error.message)"
        }
        if let failure = eval.failure { return "  expected failure: \(Self.describe(failure))\n  got a result" }
        let annotations = result.annotations
        if let wrong = Self.check("warning", eval.warnings, eval.refusesWarnings, annotations.warnings) { return wrong }
        if let wrong = Self.check("info", eval.infos, eval.refusesInfos, annotations.infos) { return wrong }
        return ResultComparison.difference(eval, result.value, at: time, ordered: eval.isOrdered)
    }

    private static func check(_ kind: String, _ wanted: [PromQLScript.Pattern], _ refuses: Bool, _ got: [String])
        -> String?
    {
        let list = got.isEmpty ? "    nothing" : got.map { "    \($0)" }.joined(separator: "\n")
        if refuses { return got.isEmpty ? nil : "  expected no \(kind)\n  got:\n\(list)" }
        if wanted.isEmpty { return nil }
        let allMet = wanted.allSatisfy { pattern in got.contains { pattern.matches($0) } }
        let allWanted = got.allSatisfy { text in wanted.contains { $0.matches(text) } }
        if allMet, allWanted { return nil }
        let expected = wanted.map { "    \(describe($0))" }.joined(separator: "\n")
        return "  expected \(kind):\n\(expected)\n  got:\n\(list)"
    }

    private static func describe(_ pattern: PromQLScript.Pattern) -> String {
        switch pattern {
        case .any: "any"
        case .exact(let text): text
        case .regex(let regex): "/\(regex.pattern)/"
        }
    }

    /// The same as a range query from one minute before to one minute after; the middle step must be the result.
    private func checkMiddle(_ expression: Expr, _ text: String, at time: Int64) -> String? {
        guard eval.failure == nil, eval.string == nil, eval.matrixTime == nil else { return nil }
        if PinnedExpression.asksForTheRange(expression) { return nil }
        let kind = QueryPlan.Kind.range(
            start: Timestamp(milliseconds: time - 60_000), end: Timestamp(milliseconds: time + 60_000),
            step: .seconds(60))
        let result: QueryResult
        do throws(QueryError) { result = try evaluate(expression, text, kind) } catch {
            return "  as a range query from \(time - 60_000) to \(time + 60_000) ms it fails: \(error.message)"
        }
        if eval.isOrdered { return nil }
        guard case .matrix(let matrix) = result.value else { return "  as a range query it gives no matrix" }
        for index in matrix.indices.dropFirst() where !(matrix[index - 1].labels < matrix[index].labels) {
            return "  as a range query the result is not sorted by labels"
        }
        var middle: [VectorSample] = []
        for series in matrix {
            guard let index = series.timestamps.firstIndex(of: time) else { continue }
            middle.append(
                VectorSample(
                    labels: series.labels, timestamp: Timestamp(milliseconds: time), value: series.sample(at: index)))
        }
        var value = QueryValue.vector(middle)
        if eval.scalar != nil, middle.count == 1, case .float(let number) = middle[0].value {
            value = .scalar(number, at: Timestamp(milliseconds: time))
        }
        return ResultComparison.difference(eval, value, at: time, ordered: false).map {
            "  as the middle of a range query around \(time) ms\n\($0)"
        }
    }
}
