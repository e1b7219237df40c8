import PromQL
import TimeSeries

/// All functions by name; each family adds its own table.
enum FunctionRegistry {
    /// Evaluates a call at all steps.
    typealias Implementation = @Sendable (Evaluator, CallPlan, Timeline) throws(QueryError) -> StepTable

    private static let implementations: [String: Implementation] = {
        let families = [
            RangeFunctions.table, MathFunctions.table, ScalarFunctions.table, TimeFunctions.table,
            LabelFunctions.table, SortFunctions.table, AbsentFunctions.table, HistogramFunctions.table,
            InfoFunction.table,
        ]
        return families.reduce(into: [:]) { all, family in all.merge(family) { first, _ in first } }
    }()

    static func knows(_ name: String) -> Bool { implementations[name] != nil }

    /// The names of all functions.
    static var names: [String] { implementations.keys.sorted() }

    static func evaluate(_ call: CallPlan, _ times: Timeline, _ evaluator: Evaluator) throws(QueryError) -> StepTable {
        guard let implementation = implementations[call.function] else {
            throw QueryError(.badData, "unknown function with name \"\(call.function)\"")
        }
        return try implementation(evaluator, call, times)
    }
}

/// Functions over windows.
enum RangeFunctions {
    static let table: [String: FunctionRegistry.Implementation] = [
        "rate": over(RateKernel(isCounter: true, isRate: true)),
        "increase": over(RateKernel(isCounter: true, isRate: false)),
        "delta": over(RateKernel(isCounter: false, isRate: false)),
        "irate": over(InstantRateKernel(isRate: true)),
        "idelta": over(InstantRateKernel(isRate: false)),
        "count_over_time": over(CountKernel()),
        "present_over_time": over(PresentKernel()),
        "sum_over_time": over(SumKernel(isAverage: false)),
        "avg_over_time": over(SumKernel(isAverage: true)),
        "min_over_time": over(ExtremeKernel(isMaximum: false)),
        "max_over_time": over(ExtremeKernel(isMaximum: true)),
        "ts_of_min_over_time": over(ExtremeKernel(isMaximum: false, givesTime: true)),
        "ts_of_max_over_time": over(ExtremeKernel(isMaximum: true, givesTime: true)),
        "stddev_over_time": over(VarianceKernel(isDeviation: true)),
        "stdvar_over_time": over(VarianceKernel(isDeviation: false)),
        "first_over_time": over(EndKernel(isLast: false, givesTime: false), keepsName: true),
        "last_over_time": over(EndKernel(isLast: true, givesTime: false), keepsName: true),
        "ts_of_first_over_time": over(EndKernel(isLast: false, givesTime: true)),
        "ts_of_last_over_time": over(EndKernel(isLast: true, givesTime: true)),
        "quantile_over_time": over(QuantileKernel(isMedianDeviation: false)),
        "mad_over_time": over(QuantileKernel(isMedianDeviation: true)),
        "changes": over(ChangesKernel(countsResets: false)),
        "resets": over(ChangesKernel(countsResets: true)),
        "deriv": over(RegressionKernel(predicts: false)),
        "predict_linear": over(RegressionKernel(predicts: true)),
        "double_exponential_smoothing": over(SmoothingKernel()),
    ]

    private static func over<Kernel: RangeKernel & Sendable>(_ kernel: Kernel, keepsName: Bool = false)
        -> FunctionRegistry.Implementation
    {
        { evaluator, call, times throws(QueryError) in
            try evaluator.overRange(kernel, call, times, keepsName: keepsName)
        }
    }
}
