import PromQL
import TimeSeries

/// Functions that give a scalar, and `vector`.
enum ScalarFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "pi": { evaluator, _, times throws(QueryError) in try evaluator.constant(.pi, times) },
        "time": { evaluator, _, times throws(QueryError) in
            try evaluator.counted(.scalar((0..<times.count).map { Double(times.time($0)) / 1000 }))
        },
        "start": { evaluator, _, times throws(QueryError) in
            try evaluator.constant(Double(evaluator.plan.queryStart) / 1000, times)
        },
        "end": { evaluator, _, times throws(QueryError) in
            try evaluator.constant(Double(evaluator.plan.queryEnd) / 1000, times)
        },
        "range": { evaluator, _, times throws(QueryError) in
            try evaluator.constant(Double(evaluator.plan.queryEnd - evaluator.plan.queryStart) / 1000, times)
        },
        "step": { evaluator, _, times throws(QueryError) in
            try evaluator.constant(Double(evaluator.plan.queryStep) / 1000, times)
        },
        "min_of": { evaluator, call, times throws(QueryError) in
            let left = try evaluator.scalar(call, 0, times, otherwise: 0)
            let right = try evaluator.scalar(call, 1, times, otherwise: 0)
            return try evaluator.counted(.scalar(zip(left, right).map(MathFunctions.smaller)))
        },
        "max_of": { evaluator, call, times throws(QueryError) in
            let left = try evaluator.scalar(call, 0, times, otherwise: 0)
            let right = try evaluator.scalar(call, 1, times, otherwise: 0)
            return try evaluator.counted(.scalar(zip(left, right).map(MathFunctions.larger)))
        },
        "vector": { evaluator, call, times throws(QueryError) in try evaluator.evaluate(call.arguments[0], times) },
        "scalar": { evaluator, call, times throws(QueryError) in
            let input = try evaluator.evaluate(call.arguments[0], times)
            var values = [Double](repeating: Cell.absent, count: times.count)
            for row in 0..<input.rows {
                for step in 0..<input.steps where Cell.isFloat(input.values[row * input.steps + step]) {
                    let value = input.values[row * input.steps + step]
                    values[step] = Cell.isAbsent(values[step]) ? value : Cell.histogram
                }
            }
            for step in values.indices where !Cell.isFloat(values[step]) { values[step] = StaleMarker.normalNaN }
            return try evaluator.replacing(input, by: .scalar(values))
        },
    ]
}

extension MathFunctions {
    /// The smaller of two, NaN when one is.
    static func smaller(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : minimum(a, b) }

    /// The larger of two, NaN when one is.
    static func larger(_ a: Double, _ b: Double) -> Double { a.isNaN || b.isNaN ? .nan : maximum(a, b) }
}

extension Evaluator {
    func constant(_ value: Double, _ times: Timeline) throws(QueryError) -> StepTable {
        try counted(.scalar([Double](repeating: value, count: times.count)))
    }
}
