import TimeSeries

/// Floats of a series in time order, staleness markers left out.
struct FloatColumn {
    var times: [Int64] = []
    var values: [Double] = []
    /// Empty when unknown.
    var starts: [Int64] = []

    /// Indexes of the samples in a left-open window.
    func window(after minimum: Int64, through maximum: Int64) -> Range<Int> {
        TimeSearch.window(times, after: minimum, through: maximum)
    }

    /// Calls `body` with the columns.
    func withColumns<Result>(_ body: (SeriesColumns) -> Result) -> Result {
        times.withUnsafeBufferPointer { times in
            values.withUnsafeBufferPointer { values in
                starts.withUnsafeBufferPointer { starts in
                    body(SeriesColumns(times: times, values: values, starts: starts))
                }
            }
        }
    }
}

/// Native histograms of a series in time order, staleness markers left out.
struct HistogramColumn {
    var times: [Int64] = []
    var boxes: [HistogramBox] = []
    /// Empty when unknown.
    var starts: [Int64] = []

    func window(after minimum: Int64, through maximum: Int64) -> Range<Int> {
        TimeSearch.window(times, after: minimum, through: maximum)
    }
}

/// A series taken apart into floats and histograms.
struct SplitSeries {
    var floats = FloatColumn()
    var histograms = HistogramColumn()

    /// - Parameter needsStatsOnly: Only counts, sums and resets of histograms are looked at.
    init(_ series: SeriesColumns, needsStatsOnly: Bool = false) {
        let hasStarts = !series.starts.isEmpty
        var before: FloatHistogram?
        floats.times.reserveCapacity(series.times.count)
        floats.values.reserveCapacity(series.times.count)
        for index in series.times.indices {
            if !series.histograms.isEmpty, let histogram = series.histograms[index] {
                if histogram.isStale { continue }
                histograms.times.append(series.times[index])
                histograms.boxes.append(HistogramBox(needsStatsOnly ? histogram.stats(after: before) : histogram))
                before = histogram
                if hasStarts { histograms.starts.append(series.starts[index]) }
            } else {
                if StaleMarker.isStale(series.values[index]) { continue }
                floats.times.append(series.times[index])
                floats.values.append(series.values[index])
                if hasStarts { floats.starts.append(series.starts[index]) }
            }
        }
    }
}

extension FloatHistogram {
    /// Only count and sum; whether there was a reset since the sample before stands in the hint.
    func stats(after before: FloatHistogram?) -> FloatHistogram {
        var hint = counterResetHint
        if hint == .unknown, let before { hint = isReset(after: before) ? .reset : .notReset }
        return FloatHistogram(counterResetHint: hint, schema: schema, count: count, sum: sum)
    }
}
