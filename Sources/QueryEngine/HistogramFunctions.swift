import PromQL
import TimeSeries

/// Functions over histograms, native and classic.
enum HistogramFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "histogram_count": native { $0.count },
        "histogram_sum": native { $0.sum },
        "histogram_avg": native { $0.sum / $0.count },
        "histogram_stdvar": native { $0.variance },
        "histogram_stddev": native { $0.variance.squareRoot() },
        "histogram_quantile": { evaluator, call, times throws(QueryError) in
            let ranks = try evaluator.scalar(call, 0, times, otherwise: 0)
            evaluator.warnWrongQuantiles(ranks, at: call.position(of: 0))
            return try evaluator.overHistograms(call, 1, times) { histograms throws(QueryError) in
                try histograms.result { labels in
                    labels
                } value: { cell, step in
                    histograms.quantile(ranks[step], cell, step, call.position(of: 1))
                }
            }
        },
        "histogram_quantiles": { evaluator, call, times throws(QueryError) in
            guard call.arguments.count > 2, case .string(let label) = call.arguments[1].unmarked else {
                throw .execution("histogram_quantiles wants a label and at least one quantile")
            }
            var ranks: [[Double]] = []
            for index in 2..<call.arguments.count {
                let values = try evaluator.scalar(call, index, times, otherwise: 0)
                evaluator.warnWrongQuantiles(values, at: call.position(of: index))
                ranks.append(values)
            }
            return try evaluator.overHistograms(call, 0, times) { histograms throws(QueryError) in
                try quantiles(histograms, label, ranks, call)
            }
        },
        "histogram_fraction": { evaluator, call, times throws(QueryError) in
            let lower = try evaluator.scalar(call, 0, times, otherwise: 0)
            let upper = try evaluator.scalar(call, 1, times, otherwise: 0)
            return try evaluator.overHistograms(call, 2, times) { histograms throws(QueryError) in
                try histograms.result { labels in
                    labels
                } value: { cell, step in
                    histograms.fraction(lower[step], upper[step], cell, call.position(of: 2))
                }
            }
        },
    ]

    private static func native(_ function: @escaping @Sendable (FloatHistogram) -> Double)
        -> FunctionRegistry.Implementation
    {
        { evaluator, call, times throws(QueryError) in
            let input = try evaluator.evaluate(call.arguments[0], times)
            var table = input
            evaluator.dropNames(&table)
            for index in table.values.indices {
                table.values[index] = input.histogram(at: index).map { function($0.value) } ?? Cell.absent
            }
            table.histograms = []
            return try evaluator.replacing(input, by: evaluator.united(table))
        }
    }

    /// One row for each histogram and quantile; the quantile stands in the label.
    private static func quantiles(
        _ histograms: MixedHistograms, _ label: String, _ ranks: [[Double]], _ call: CallPlan
    ) throws(QueryError) -> StepTable {
        var all = StepTable(steps: histograms.input.steps)
        for values in ranks {
            // A rank that changes from step to step gives a row for each of its values.
            for rank in Set(values.map(\.bitPattern)).map(Double.init(bitPattern:)).sorted(by: { $0 < $1 }) {
                let text = GoText.openMetrics(rank)
                let part = try histograms.result { labels in
                    labels.setting(label, to: text)
                } value: { cell, step in
                    guard values[step].bitPattern == rank.bitPattern else { return Cell.absent }
                    return histograms.quantile(rank, cell, step, call.position(of: 0))
                }
                for row in 0..<part.rows {
                    all.appendRow(part.labels[row], dropsName: part.dropsName[row])
                    for step in 0..<part.steps {
                        all.values[(all.rows - 1) * part.steps + step] = part.values[row * part.steps + step]
                    }
                }
            }
        }
        return try histograms.evaluator.united(all)
    }
}

extension GoText {
    /// As labels `le` and `quantile` are written: always with a point or an exponent.
    static func openMetrics(_ value: Double) -> String {
        let text = g(value)
        return !value.isFinite || text.contains(".") || text.contains("e") ? text : text + ".0"
    }
}

extension Evaluator {
    func warnWrongQuantiles(_ ranks: [Double], at position: PositionRange) {
        for rank in ranks where rank.isNaN || rank < 0 || rank > 1 {
            notes.warn("quantile value should be between 0 and 1, got \(GoText.g(rank))", at: position)
        }
    }

    /// Evaluates the argument that holds histograms and hands it over sorted into classic and native ones.
    func overHistograms(
        _ call: CallPlan, _ index: Int, _ times: Timeline,
        _ body: (MixedHistograms) throws(QueryError) -> StepTable
    ) throws(QueryError) -> StepTable {
        let input = try evaluate(call.arguments[index], times)
        let histograms = MixedHistograms(input, times, self, position: call.position(of: index))
        return try replacing(input, by: body(histograms))
    }
}
