import PromQL

/// Subtrees that somebody else evaluates: each stands at its place in the text and has the place of its answer.
public typealias AnsweredSubtrees = [PositionRange: Int]

extension PlanBuilder {
    /// The node of a subtree whose answer comes with the fetched samples; nil when it is evaluated here.
    func answered(_ expression: Expr, _ times: Timeline) -> PlanNode? {
        guard !answers.isEmpty, times.count == 1, let place = answers[expression.range] else { return nil }
        switch expression {
        case .paren, .number, .string, .matrixSelector, .subquery: return nil
        default: return .answer(place)
        }
    }
}

extension Evaluator {
    /// An answer of a server as the result of a node.
    func table(_ value: QueryValue) throws(QueryError) -> StepTable {
        switch value {
        case .scalar(let number, _):
            try hold(1)
            return .scalar([number])
        case .vector(let samples):
            var table = StepTable(
                steps: 1, labels: samples.map(\.labels), dropsName: [Bool](repeating: false, count: samples.count))
            for (row, sample) in samples.enumerated() {
                switch sample.value {
                case .float(let number): table.values[row] = number
                case .histogram(let histogram): table.setHistogram(HistogramBox(histogram), at: row)
                }
            }
            return try counted(table)
        case .string, .matrix: throw .execution("a part of the query was answered with another type")
        }
    }
}
