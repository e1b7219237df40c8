import PromQL
import TimeSeries

/// `absent` and `absent_over_time`: 1 wherever no series has a sample.
enum AbsentFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "absent": { evaluator, call, times throws(QueryError) in
            let input = try evaluator.evaluate(call.arguments[0], times)
            return try evaluator.replacing(input, by: missing(input, call, dropsName: false))
        },
        "absent_over_time": { evaluator, call, times throws(QueryError) in
            // Names stay, so that series which differ by them only are no error here.
            let input = try evaluator.overRange(PresentKernel(), call, times, keepsName: true)
            return try evaluator.replacing(input, by: missing(input, call, dropsName: true))
        },
    ]

    private static func missing(_ input: StepTable, _ call: CallPlan, dropsName: Bool) -> StepTable {
        var table = StepTable(steps: input.steps, labels: [labels(call.absentMatchers)], dropsName: [dropsName])
        var present = [Bool](repeating: false, count: input.steps)
        for row in 0..<input.rows {
            for step in 0..<input.steps where Cell.isPresent(input.values[row * input.steps + step]) {
                present[step] = true
            }
        }
        for step in present.indices where !present[step] { table.values[step] = 1 }
        return table
    }

    /// The labels that the selector demands; one that is demanded twice is left out.
    private static func labels(_ matchers: [LabelMatcher]) -> Labels {
        var values: [String: String] = [:]
        var seen: Set<String> = []
        for matcher in matchers where matcher.name != Labels.metricName {
            if matcher.operation == .equal, seen.insert(matcher.name).inserted {
                values[matcher.name] = matcher.value
            } else {
                values[matcher.name] = nil
            }
        }
        return Labels(values.map { ($0.key, $0.value) })
    }
}
