import Base
import PromQL
import QueryEngine
import RuleFiles
import TimeSeries

/// What a case that was played proves about rules.
extension CasePlayer {
    /// Adds what the case shows of one rule.
    func addEvidence(of index: Int, to facts: inout RuleCoverage.RuleFacts) {
        let entry = rules.entries[index]
        if entry.rule.isAlerting {
            let isChecked = checkedSteps[entry.rule.name] != nil
            if states[index].firedWhereChecked { facts.hasFired = true }
            if isChecked, !states[index].hasFired, hasData(entry.rule.expression.expr) { facts.stayedSilent = true }
        } else if !states[index].recorded.isEmpty, !facts.wasCompared {
            facts.wasCompared = test.expressions.contains { compares($0, states[index].recorded) }
        }
        let comparisons = entry.rule.expression.expr.comparisons
        for place in comparisons.indices where place < facts.comparisons.count {
            look(at: comparisons[place], of: index, &facts.comparisons[place])
        }
    }

    /// Whether anything that the expression selects was there at some time.
    private func hasData(_ expression: Expr) -> Bool {
        let selectors = expression.vectorSelectors
        return selectors.isEmpty || selectors.contains { !store.series($0.matchers).isEmpty }
    }

    /// Whether an expectation compares the value of one of these series.
    private func compares(_ check: UnitTestFile.ExpressionCheck, _ recorded: Set<Labels>) -> Bool {
        guard !check.expected.isEmpty,
            let expression = try? PromQLParser.parse(check.expression, options: .init(features: options.features))
        else { return false }
        return expression.vectorSelectors.contains { selector in
            recorded.contains { selector.matchers.allMatch($0) }
        }
    }

    /// Evaluates a comparison as `bool` at all steps, until it was seen to hold and not to hold.
    private func look(at comparison: BinaryExpr, of index: Int, _ facts: inout RuleCoverage.Comparison) {
        var asked = comparison
        asked.returnsBool = true
        var first: Int64 = 0
        while first <= lastStep, !facts.hasDecided {
            let end = min(lastStep, first + Self.stepsPerChunk - 1)
            defer { first = end + 1 }
            let kind = QueryPlan.Kind.range(
                start: time(first) - queryOffset(index), end: time(end) - queryOffset(index),
                step: file.evaluationInterval)
            guard case .matrix(let series)? = try? query(.binary(asked), kind) else { return }
            for values in series.lazy.map(\.values) {
                if values.contains(1) { facts.wasTrue = true }
                if values.contains(0) { facts.wasFalse = true }
            }
        }
    }
}
