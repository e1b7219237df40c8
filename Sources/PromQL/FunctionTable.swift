/// All functions of the language, stable and experimental.
///
/// One table for parser, engine, help and completion.
///
/// - Source: Prometheus 3.14, documentation of "Functions" and of its feature flags.
public enum FunctionTable {
    /// The signature of `name`, nil when there is no such function. Function names are case-sensitive. O(1).
    public static func signature(of name: String) -> FunctionSignature? { byName[name] }

    /// All rows, in the order of their names.
    public static let all: [FunctionSignature] = rows.sorted { $0.name < $1.name }

    private static let byName: [String: FunctionSignature] = {
        var table: [String: FunctionSignature] = [:]
        for row in rows { table[row.name] = row }
        return table
    }()

    private static let rows =
        elementwise + trigonometry + calendar + labelsAndOrder + scalars + counters
        + overTime + overTimeExperimental + histograms

    /// Functions of one instant vector, sample by sample.
    private static let elementwise: [FunctionSignature] = [
        .init("abs", [.vector], .vector, summary: "absolute value of every sample"),
        .init("absent", [.vector], .vector, summary: "1 when the vector is empty, else nothing"),
        .init("ceil", [.vector], .vector, summary: "every sample rounded up to a whole number"),
        .init(
            "clamp", [.vector, .scalar, .scalar], .vector,
            summary: "every sample held between a minimum and a maximum"),
        .init("clamp_max", [.vector, .scalar], .vector, summary: "every sample, at most the given value"),
        .init("clamp_min", [.vector, .scalar], .vector, summary: "every sample, at least the given value"),
        .init("exp", [.vector], .vector, summary: "e to the power of every sample"),
        .init("floor", [.vector], .vector, summary: "every sample rounded down to a whole number"),
        .init("ln", [.vector], .vector, summary: "natural logarithm of every sample"),
        .init("log10", [.vector], .vector, summary: "decimal logarithm of every sample"),
        .init("log2", [.vector], .vector, summary: "binary logarithm of every sample"),
        .init(
            "round", [.vector, .scalar], variadic: 1, .vector,
            summary: "every sample rounded to the nearest multiple of a number (1), halves up"),
        .init("sgn", [.vector], .vector, summary: "sign of every sample: -1, 0 or 1"),
        .init("sqrt", [.vector], .vector, summary: "square root of every sample"),
        .init("timestamp", [.vector], .vector, summary: "time of every sample in Unix seconds"),
        .init(
            "start_timestamp", [.vector], .vector, feature: .experimentalFunctions,
            summary: "start timestamp of every sample in Unix seconds"),
    ]

    /// Trigonometric functions, in radians.
    private static let trigonometry: [FunctionSignature] =
        [
            ("acos", "arccosine"), ("acosh", "inverse hyperbolic cosine"), ("asin", "arcsine"),
            ("asinh", "inverse hyperbolic sine"), ("atan", "arctangent"), ("atanh", "inverse hyperbolic tangent"),
            ("cos", "cosine"), ("cosh", "hyperbolic cosine"), ("sin", "sine"), ("sinh", "hyperbolic sine"),
            ("tan", "tangent"), ("tanh", "hyperbolic tangent"),
        ].map { FunctionSignature($0.0, [.vector], .vector, summary: "\($0.1) of every sample, in radians") } + [
            .init("deg", [.vector], .vector, summary: "every sample converted from radians to degrees"),
            .init("rad", [.vector], .vector, summary: "every sample converted from degrees to radians"),
        ]

    /// Parts of the date, in UTC; of the evaluation time when there is no argument.
    private static let calendar: [FunctionSignature] =
        [
            ("day_of_month", "day of the month, 1 to 31"), ("day_of_week", "day of the week, 0 for Sunday to 6"),
            ("day_of_year", "day of the year, 1 to 366"), ("days_in_month", "number of days of the month, 28 to 31"),
            ("hour", "hour of the day, 0 to 23"), ("minute", "minute of the hour, 0 to 59"),
            ("month", "month of the year, 1 to 12"), ("year", "year"),
        ].map {
            FunctionSignature(
                $0.0, [.vector], variadic: 1, .vector, summary: "\($0.1), of Unix times in UTC (now without argument)")
        }

    /// Functions that change labels or the order of series.
    private static let labelsAndOrder: [FunctionSignature] = [
        .init(
            "info", [.vector, .vector], variadic: 1, .vector, feature: .experimentalFunctions,
            summary: "every series with the labels of the info metrics that belong to it"),
        .init(
            "label_join", [.vector, .string, .string, .string], variadic: -1, .vector,
            summary: "the values of source labels joined by a separator into a label"),
        .init(
            "label_replace", [.vector, .string, .string, .string, .string], .vector,
            summary: "a label set from a pattern's groups where a source label matches it"),
        .init("sort", [.vector], .vector, summary: "series in ascending order of their samples"),
        .init("sort_desc", [.vector], .vector, summary: "series in descending order of their samples"),
        .init(
            "sort_by_label", [.vector, .string], variadic: -1, .vector, feature: .experimentalFunctions,
            summary: "series in ascending natural order of labels"),
        .init(
            "sort_by_label_desc", [.vector, .string], variadic: -1, .vector, feature: .experimentalFunctions,
            summary: "series in descending natural order of labels"),
        .init("vector", [.scalar], .vector, summary: "a scalar as a vector with one series without labels"),
    ]

    /// Functions whose result is a scalar.
    private static let scalars: [FunctionSignature] = [
        .init("pi", [], .scalar, summary: "the number pi"),
        .init("scalar", [.vector], .scalar, summary: "the sample of a vector with one series, else NaN"),
        .init("time", [], .scalar, summary: "evaluation time in Unix seconds"),
        .init(
            "end", [], .scalar, feature: .experimentalFunctions, summary: "end of the whole query in Unix seconds"),
        .init(
            "max_of", [.scalar, .scalar], .scalar, feature: .experimentalFunctions,
            summary: "the larger of two scalars"),
        .init(
            "min_of", [.scalar, .scalar], .scalar, feature: .experimentalFunctions,
            summary: "the smaller of two scalars"),
        .init(
            "range", [], .scalar, feature: .experimentalFunctions,
            summary: "seconds from the start to the end of the query"),
        .init(
            "start", [], .scalar, feature: .experimentalFunctions, summary: "start of the whole query in Unix seconds"),
        .init(
            "step", [], .scalar, feature: .experimentalFunctions,
            summary: "seconds between the steps of the query, 0 for an instant query"),
    ]

    /// Rates, differences and trends along a range.
    private static let counters: [FunctionSignature] = [
        .init("changes", [.matrix], .vector, summary: "how often the value changed in the range"),
        .init("delta", [.matrix], .vector, summary: "difference of a gauge between the edges of the range"),
        .init("deriv", [.matrix], .vector, summary: "slope per second of a gauge by linear regression"),
        .init(
            "double_exponential_smoothing", [.matrix, .scalar, .scalar], .vector, feature: .experimentalFunctions,
            summary: "smoothed value of a gauge, by a smoothing and a trend factor"),
        .init("idelta", [.matrix], .vector, summary: "difference of the last two samples of a gauge"),
        .init("increase", [.matrix], .vector, summary: "growth of a counter in the range"),
        .init("irate", [.matrix], .vector, summary: "growth per second of a counter by its last two samples"),
        .init(
            "predict_linear", [.matrix, .scalar], .vector,
            summary: "value of a gauge that many seconds from now by linear regression"),
        .init("rate", [.matrix], .vector, summary: "growth per second of a counter, averaged over the range"),
        .init("resets", [.matrix], .vector, summary: "how often a counter was reset in the range"),
    ]

    /// Statistics of the samples in a range.
    private static let overTime: [FunctionSignature] = [
        .init("absent_over_time", [.matrix], .vector, summary: "1 when the range has no samples, else nothing"),
        .init("avg_over_time", [.matrix], .vector, summary: "average of the samples in the range"),
        .init("count_over_time", [.matrix], .vector, summary: "number of samples in the range"),
        .init("first_over_time", [.matrix], .vector, summary: "first sample in the range"),
        .init("last_over_time", [.matrix], .vector, summary: "last sample in the range"),
        .init("max_over_time", [.matrix], .vector, summary: "largest sample in the range"),
        .init("min_over_time", [.matrix], .vector, summary: "smallest sample in the range"),
        .init("present_over_time", [.matrix], .vector, summary: "1 for every series with a sample in the range"),
        .init(
            "quantile_over_time", [.scalar, .matrix], .vector, summary: "quantile of the samples in the range"),
        .init(
            "stddev_over_time", [.matrix], .vector, summary: "population standard deviation of the samples in the range"
        ),
        .init("stdvar_over_time", [.matrix], .vector, summary: "population variance of the samples in the range"),
        .init("sum_over_time", [.matrix], .vector, summary: "sum of the samples in the range"),
    ]

    /// Statistics of the samples in a range, experimental.
    private static let overTimeExperimental: [FunctionSignature] = [
        ("mad_over_time", "median absolute deviation of the samples in the range"),
        ("ts_of_first_over_time", "time of the first sample in the range in Unix seconds"),
        ("ts_of_last_over_time", "time of the last sample in the range in Unix seconds"),
        ("ts_of_max_over_time", "time of the last of the largest samples in the range in Unix seconds"),
        ("ts_of_min_over_time", "time of the last of the smallest samples in the range in Unix seconds"),
    ].map { FunctionSignature($0.0, [.matrix], .vector, feature: .experimentalFunctions, summary: $0.1) }

    /// Functions of histograms, native and classic.
    private static let histograms: [FunctionSignature] = [
        .init("histogram_avg", [.vector], .vector, summary: "average observation of native histograms"),
        .init("histogram_count", [.vector], .vector, summary: "number of observations of native histograms"),
        .init(
            "histogram_fraction", [.scalar, .scalar, .vector], .vector,
            summary: "share of the observations between two values"),
        .init(
            "histogram_quantile", [.scalar, .vector], .vector, summary: "quantile of the observations of histograms"),
        .init(
            "histogram_quantiles", [.vector, .string, .scalar, .scalar], variadic: 9, .vector,
            feature: .experimentalFunctions,
            summary: "up to ten quantiles of the observations of histograms, told apart by a label"),
        .init(
            "histogram_stddev", [.vector], .vector,
            summary: "estimated standard deviation of the observations of native histograms"),
        .init(
            "histogram_stdvar", [.vector], .vector,
            summary: "estimated variance of the observations of native histograms"),
        .init("histogram_sum", [.vector], .vector, summary: "sum of the observations of native histograms"),
    ]
}
