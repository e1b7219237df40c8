import TimeSeries

/// One series as a range function sees it: fetched columns, or the rows of a subquery.
struct RangeSeries {
    let labels: Labels
    let dropsName: Bool
    let times: [Int64]
    let values: [Double]
    /// Empty when there is no histogram, else as many as ``times``.
    let histograms: [FloatHistogram?]
    /// Empty when unknown or not looked at, else as many as ``times``.
    let starts: [Int64]
    /// Only counts, sums and resets of histograms are looked at.
    var needsStatsOnly = false
}

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

    init(_ series: RangeSeries) {
        let hasStarts = !series.starts.isEmpty
        var before: FloatHistogram?
        floats.times.reserveCapacity(series.times.count)
        floats.values.reserveCapacity(series.times.count)
        for index in series.times.indices {
            if !series.histograms.isEmpty, let histogram = series.histograms[index] {
                if histogram.isStale { continue }
                histograms.times.append(series.times[index])
                histograms.boxes.append(
                    HistogramBox(series.needsStatsOnly ? histogram.stats(after: before) : histogram))
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

/// Searches in sorted instants.
enum TimeSearch {
    /// The number of instants that are not after `time`: the index of the first one after it.
    ///
    /// Guesses by proportion first: scrapes are regular, so that the guess is mostly right.
    @inline(__always)
    static func countThrough(_ times: UnsafeBufferPointer<Int64>, _ time: Int64) -> Int {
        let count = times.count
        guard count > 0 else { return 0 }
        if times[count - 1] <= time { return count }
        let first = times[0]
        if first > time { return 0 }
        // times[0] <= time < times[count - 1]
        let span = Double(times[count - 1] - first)
        let guess = Int(Double(time - first) / span * Double(count - 1))
        var low = 0  // times[low] <= time
        var high = count - 1  // times[high] > time
        var stride = 1
        if times[guess] <= time {
            low = guess
            while low + stride < high, times[low + stride] <= time {
                low += stride
                stride *= 2
            }
            high = Swift.min(high, low + stride)
        } else {
            high = guess
            while high - stride > low, times[high - stride] > time {
                high -= stride
                stride *= 2
            }
            low = Swift.max(low, high - stride)
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle } else { high = middle }
        }
        return high
    }

    static func window(_ times: [Int64], after minimum: Int64, through maximum: Int64) -> Range<Int> {
        times.withUnsafeBufferPointer { times in
            let low = countThrough(times, minimum)
            return low..<max(low, countThrough(times, maximum))
        }
    }
}
