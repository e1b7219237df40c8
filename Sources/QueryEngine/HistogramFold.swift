import PromQL
import TimeSeries

/// Sums and means of native histograms, with what is to be remarked about them.
///
/// Plain addition as long as nothing overflows; a mean then goes on incrementally.
struct HistogramFold {
    private(set) var hasReconciledBounds = false
    private var sawReset = false
    private var sawNoReset = false
    private var sum: HistogramSum
    private var isIncremental = false
    private var count = 1.0
    private let isAverage: Bool

    init(_ first: FloatHistogram, isAverage: Bool) {
        sum = HistogramSum(first)
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
            if !isIncremental {
                var next = sum
                note(try next.add(histogram))
                if !isAverage || !next.hasOverflowed {
                    sum = next
                    return true
                }
                isIncremental = true
                sum.divide(by: count - 1)
            }
            sum.multiply(by: (count - 1) / count)
            note(try sum.add(histogram.divided(by: count)))
            return true
        } catch {
            return false
        }
    }

    private mutating func note(_ notes: HistogramNotes) {
        hasReconciledBounds = hasReconciledBounds || notes.hasReconciledBounds
    }

    var result: FloatHistogram {
        guard isAverage, !isIncremental else { return sum.total }
        var mean = sum
        mean.divide(by: count)
        return mean.total
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
            context.notes.warn(
                "conflicting counter resets during histogram aggregation", at: context.rangePosition)
        }
        if fold.hasReconciledBounds { context.informReconciled(.aggregation) }
        return context.result(fold.result)
    }
}
