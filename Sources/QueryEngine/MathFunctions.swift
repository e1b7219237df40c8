internal import Glibc
import PromQL
import TimeSeries

/// Functions that change each float of an instant vector by itself; histograms are left out.
enum MathFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "abs": each { $0.magnitude },
        "ceil": each { $0.rounded(.up) },
        "floor": each { $0.rounded(.down) },
        "exp": each { exp($0) },
        "sqrt": each { $0.squareRoot() },
        "ln": each { log($0) },
        "log2": each { log2($0) },
        "log10": each { log10($0) },
        "sin": each { sin($0) },
        "cos": each { cos($0) },
        "tan": each { tan($0) },
        "asin": each { asin($0) },
        "acos": each { acos($0) },
        "atan": each { atan($0) },
        "sinh": each { sinh($0) },
        "cosh": each { cosh($0) },
        "tanh": each { tanh($0) },
        "asinh": each { asinh($0) },
        "acosh": each { acosh($0) },
        "atanh": each { atanh($0) },
        "rad": each { $0 * .pi / 180 },
        "deg": each { $0 * 180 / .pi },
        "sgn": each { $0 < 0 ? -1 : $0 > 0 ? 1 : $0 },
        "round": { evaluator, call, times throws(QueryError) in
            let nearest = try evaluator.scalar(call, 1, times, otherwise: 1)
            return try evaluator.mapped(call, times) { value, step in
                let inverse = 1.0 / nearest[step]
                return (value * inverse + 0.5).rounded(.down) / inverse
            }
        },
        "clamp": { evaluator, call, times throws(QueryError) in
            let low = try evaluator.scalar(call, 1, times, otherwise: 0)
            let high = try evaluator.scalar(call, 2, times, otherwise: 0)
            return try evaluator.clamped(call, times, low, high)
        },
        "clamp_min": { evaluator, call, times throws(QueryError) in
            let low = try evaluator.scalar(call, 1, times, otherwise: 0)
            return try evaluator.clamped(call, times, low, Array(repeating: .infinity, count: times.count))
        },
        "clamp_max": { evaluator, call, times throws(QueryError) in
            let high = try evaluator.scalar(call, 1, times, otherwise: 0)
            return try evaluator.clamped(call, times, Array(repeating: -.infinity, count: times.count), high)
        },
    ]

    private static func each(_ function: @escaping @Sendable (Double) -> Double) -> FunctionRegistry.Implementation {
        { evaluator, call, times throws(QueryError) in
            try evaluator.mapped(call, times) { value, _ in function(value) }
        }
    }

    /// Go's math.Max: a NaN spreads unless the other is +Inf.
    @inline(__always)
    static func maximum(_ a: Double, _ b: Double) -> Double {
        if a == .infinity || b == .infinity { return .infinity }
        if a.isNaN || b.isNaN { return StaleMarker.normalNaN }
        if a == 0, b == 0 { return a.sign == .minus ? b : a }
        return a > b ? a : b
    }

    /// Go's math.Min: a NaN spreads unless the other is -Inf.
    @inline(__always)
    static func minimum(_ a: Double, _ b: Double) -> Double {
        if a == -.infinity || b == -.infinity { return -.infinity }
        if a.isNaN || b.isNaN { return StaleMarker.normalNaN }
        if a == 0, b == 0 { return a.sign == .minus ? a : b }
        return a < b ? a : b
    }
}

extension Evaluator {
    /// The values of a scalar argument, one a step.
    func scalar(_ call: CallPlan, _ index: Int, _ times: Timeline, otherwise: Double) throws(QueryError) -> [Double] {
        guard index < call.arguments.count else { return Array(repeating: otherwise, count: times.count) }
        let table = try evaluate(call.arguments[index], times)
        release(table.sampleCount)
        return table.values
    }

    /// Applies `function` to each float of the first argument and drops names and histograms.
    func mapped(_ call: CallPlan, _ times: Timeline, _ function: (Double, Int) -> Double)
        throws(QueryError) -> StepTable
    {
        let input = try evaluate(call.arguments[0], times)
        let before = input.sampleCount
        var table = input
        for row in 0..<table.rows {
            table.labels[row] = withoutName(table.labels[row])
            table.dropsName[row] = true
        }
        let steps = table.steps
        for row in 0..<table.rows {
            if row & 0x3F == 0 { try check() }
            for step in 0..<steps {
                let value = table.values[row * steps + step]
                if Cell.isFloat(value) { table.values[row * steps + step] = function(value, step) }
            }
        }
        table.dropHistograms()
        table = try united(table)
        release(before)
        return try counted(table)
    }

    func clamped(_ call: CallPlan, _ times: Timeline, _ low: [Double], _ high: [Double])
        throws(QueryError) -> StepTable
    {
        try mapped(call, times) { value, step in
            if high[step] < low[step] { return Cell.absent }
            return MathFunctions.maximum(low[step], MathFunctions.minimum(high[step], value))
        }
    }
}

extension StepTable {
    /// Takes all histograms out.
    mutating func dropHistograms() {
        guard hasHistograms else { return }
        for index in values.indices where Cell.isHistogram(values[index]) { values[index] = Cell.absent }
        histograms = []
    }
}
