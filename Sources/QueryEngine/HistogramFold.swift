import PromQL
import TimeSeries

/// Sums and means of native histograms, with what is to be remarked about them.
///
/// Plain addition as long as nothing overflows; a mean then goes on incrementally.
struct HistogramFold {
    /// Exponential and custom buckets met: there is no result.
    private(set) var isIncompatible = false
    private(set) var hasReconciledBounds = false
    private var sawReset = false
    private var sawNoReset = false
    private var sum: FloatHistogram
    private var mean: FloatHistogram?
    private var count = 1.0
    private let isAverage: Bool

    init(_ first: FloatHistogram, isAverage: Bool) {
        sum = first
        self.isAverage = isAverage
        track(first)
    }

    /// Known resets and known absences of one came together.
    var hasConflictingResets: Bool { sawReset && sawNoReset }

    private mutating func track(_ histogram: FloatHistogram) {
        if histogram.counterResetHint == .reset { sawReset = true }
        if histogram.counterResetHint == .notReset { sawNoReset = true }
    }

    /// Takes one more in; false when it cannot be combined with what was there.
    mutating func add(_ histogram: FloatHistogram) -> Bool {
        track(histogram)
        count += 1
        do throws(HistogramOperationError) {
            if mean == nil {
                var next = sum
                let notes = try next.add(histogram)
                hasReconciledBounds = hasReconciledBounds || notes.hasReconciledBounds
                if !isAverage || !next.hasOverflow {
                    sum = next
                    return true
                }
                mean = sum.divided(by: count - 1)
            }
            if var running = mean {
                running.multiply(by: (count - 1) / count)
                let notes = try running.add(histogram.divided(by: count))
                hasReconciledBounds = hasReconciledBounds || notes.hasReconciledBounds
                mean = running
            }
            return true
        } catch {
            isIncompatible = true
            return false
        }
    }

    var result: FloatHistogram {
        if let mean { return mean }
        return isAverage ? sum.divided(by: count) : sum
    }

    /// `sum_over_time` and `avg_over_time` of a window with histograms only.
    static func overTime(_ window: borrowing RangeWindow, _ context: RangeContext, isAverage: Bool) -> Double {
        let boxes = window.histograms.boxes
        var fold = HistogramFold(boxes[window.boxes.lowerBound].value, isAverage: isAverage)
        for index in window.boxes.dropFirst() where !fold.add(boxes[index].value) {
            context.warnMixedBuckets()
            return Cell.absent
        }
        if fold.hasConflictingResets {
            context.evaluator.notes.warn(
                "conflicting counter resets during histogram aggregation", at: context.rangePosition)
        }
        if fold.hasReconciledBounds { context.informReconciled(.aggregation) }
        return context.result(fold.result)
    }
}
