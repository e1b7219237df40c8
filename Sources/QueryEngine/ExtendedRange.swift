import TimeSeries

/// Windows whose edges are anchored at the samples around them, or interpolated between those.
///
/// - Source: Prometheus' feature `promql-extended-range-selectors`.
struct ExtendedRange {
    let isSmoothed: Bool
    /// The window as it was asked for, in milliseconds.
    let start: Int64
    let end: Int64

    /// Indexes of the samples at or around the edges, nil when the window has none.
    ///
    /// `times` reaches beyond the window by the lookback; `window` are the indexes in reach.
    func bounds(_ times: UnsafeBufferPointer<Int64>, _ window: Range<Int>) -> (first: Int, last: Int)? {
        var last = window.upperBound - 1
        let first = max(window.lowerBound, index(times, window.lowerBound, last) { times[$0] > start } - 1)
        if isSmoothed { last = index(times, window.lowerBound, last) { times[$0] >= end } }
        if times[last] <= start { return nil }
        if isSmoothed, times[first] > end { return nil }
        return (first, last)
    }

    /// First index in `low..<high` that meets an ascending condition, else `high`.
    private func index(_ times: UnsafeBufferPointer<Int64>, _ low: Int, _ high: Int, _ holds: (Int) -> Bool) -> Int {
        var low = low
        var high = high
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The rise between the edges; a counter's resets between them are added.
    func rate(_ window: borrowing RangeWindow, isCounter: Bool, isRate: Bool, seconds: Double) -> Double {
        guard var (first, last) = bounds(window.times, window.floats) else { return Cell.absent }
        let times = window.times
        let values = window.values
        let left = leftValue(times, values, first, isCounter)
        let right = rightValue(times, values, window.floats.lowerBound, last, isCounter)
        var result = right - left
        if isCounter {
            if times[first] <= start { first += 1 }
            if times[last] >= end { last -= 1 }
            var correction = 0.0
            var previous = left
            if first <= last {
                for index in first...last {
                    if values[index] < previous { correction += previous }
                    previous = values[index]
                }
            }
            if right < previous { correction += previous }
            result += correction
        }
        return isRate ? result / seconds : result
    }

    /// The samples of a window as a query for the bare range vector shows them.
    func samples(_ column: FloatColumn, _ window: Range<Int>) -> [(time: Int64, value: Double)] {
        guard !window.isEmpty else { return [] }
        return column.times.withUnsafeBufferPointer { times in
            column.values.withUnsafeBufferPointer { values in
                guard var (first, last) = bounds(times, window) else { return [] }
                let left = leftValue(times, values, first, false)
                let right = rightValue(times, values, window.lowerBound, last, false)
                if times[first] <= start { first += 1 }
                if times[last] >= end { last -= 1 }
                var out = [(start, left)]
                if first <= last { for index in first...last { out.append((times[index], values[index])) } }
                out.append((end, right))
                return out
            }
        }
    }

    private func leftValue(
        _ times: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>, _ first: Int, _ isCounter: Bool
    ) -> Double {
        guard isSmoothed, times[first] < start else { return values[first] }
        return Self.interpolate(
            (times[first], values[first]), (times[first + 1], values[first + 1]), at: start, isCounter: isCounter)
    }

    private func rightValue(
        _ times: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>, _ low: Int, _ last: Int,
        _ isCounter: Bool
    ) -> Double {
        guard isSmoothed, last > low, times[last] > end else { return values[last] }
        return Self.interpolate(
            (times[last - 1], values[last - 1]), (times[last], values[last]), at: end, isCounter: isCounter)
    }

    /// The value between two samples; a counter that was reset between them is taken to have begun at zero.
    static func interpolate(
        _ before: (time: Int64, value: Double), _ after: (time: Int64, value: Double), at time: Int64, isCounter: Bool
    ) -> Double {
        let from = isCounter && after.value < before.value ? 0 : before.value
        return from + (after.value - from) * Double(time - before.time) / Double(after.time - before.time)
    }

    static func interpolate(_ column: FloatColumn, _ before: Int, _ after: Int, at time: Int64, isCounter: Bool)
        -> Double
    {
        interpolate(
            (column.times[before], column.values[before]), (column.times[after], column.values[after]), at: time,
            isCounter: isCounter)
    }
}
