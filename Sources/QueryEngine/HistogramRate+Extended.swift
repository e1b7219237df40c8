import PromQL
import TimeSeries

extension HistogramRate {
    /// The rise between anchored or interpolated edges.
    func extended(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        let column = window.histograms
        let range = ExtendedRange(
            isSmoothed: context.range.edges == .smoothed, start: window.rangeStart, end: window.rangeEnd)
        let bounds = column.times.withUnsafeBufferPointer { range.bounds($0, window.boxes) }
        guard let (first, last) = bounds else { return Cell.absent }
        let isCustom = column.boxes[first].value.usesCustomBuckets
        for index in first...last {
            let histogram = column.boxes[index].value
            guard histogram.usesCustomBuckets == isCustom else {
                context.warnMixedBuckets()
                return Cell.absent
            }
            if isCounter, histogram.counterResetHint == .gauge { context.warnNotCounter() }
        }
        let interpolatesLeft = range.isSmoothed && column.times[first] < range.start
        let interpolatesRight =
            range.isSmoothed && last > window.boxes.lowerBound && column.times[last] > range.end
        let left =
            interpolatesLeft
            ? interpolated(column, first, first + 1, at: range.start, context) : column.boxes[first].value
        let right =
            interpolatesRight
            ? interpolated(column, last - 1, last, at: range.end, context) : column.boxes[last].value
        guard let left, let right else { return Cell.absent }
        if !isCounter, left.counterResetHint != .gauge || right.counterResetHint != .gauge { context.warnNotGauge() }
        var result = right
        guard context.subtract(left, from: &result) else { return Cell.absent }
        if isCounter {
            guard
                correct(
                    column, first, last, left: left, right: right, skipsFirstReset: interpolatesLeft, context,
                    &result)
            else { return Cell.absent }
        }
        if isRate { result.divide(by: Double(context.range.window) / 1000) }
        result.counterResetHint = .gauge
        result.compact()
        return context.result(result)
    }

    /// Adds what was lost in resets between the edges.
    private func correct(
        _ column: HistogramColumn, _ first: Int, _ last: Int, left: FloatHistogram, right: FloatHistogram,
        skipsFirstReset: Bool, _ context: RangeContext, _ result: inout FloatHistogram
    ) -> Bool {
        var index = first + 1
        var previous = left
        if skipsFirstReset, first + 1 < column.boxes.count {
            let second = column.boxes[first + 1].value
            if second.isReset(after: column.boxes[first].value) {
                // The interpolation has already begun anew.
                previous = second
                index += 1
            }
        }
        if index > last { return true }
        var correction: FloatHistogram?
        func lose(_ histogram: FloatHistogram) -> Bool {
            guard var sum = correction else {
                correction = histogram
                return true
            }
            let isDone = context.add(histogram, to: &sum)
            correction = sum
            return isDone
        }
        while index < last {
            let current = column.boxes[index].value
            if current.isReset(after: previous), !lose(previous) { return false }
            previous = current
            index += 1
        }
        if right.isReset(after: previous), !lose(previous) { return false }
        guard let correction else { return true }
        return context.add(correction, to: &result)
    }

    /// The histogram between two samples; a counter that was reset between them is taken to have begun at zero.
    private func interpolated(
        _ column: HistogramColumn, _ before: Int, _ after: Int, at time: Int64, _ context: RangeContext
    ) -> FloatHistogram? {
        let (earlier, later) = (column.boxes[before].value, column.boxes[after].value)
        if time == column.times[before] { return earlier }
        if time == column.times[after] { return later }
        let share = Double(time - column.times[before]) / Double(column.times[after] - column.times[before])
        if isCounter, later.isReset(after: earlier) { return later.scaled(by: share) }
        var result = later
        guard context.subtract(earlier, from: &result) else { return nil }
        result.multiply(by: share)
        guard context.add(earlier, to: &result) else { return nil }
        return result
    }
}
