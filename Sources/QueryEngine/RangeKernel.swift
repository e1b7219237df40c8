import Base
import PromQL
import TimeSeries

/// The samples of one series within a window, as indexes into its whole columns.
///
/// Windows of following steps move forward only, so that a kernel may keep what it knows of the last one.
struct RangeWindow {
    let times: UnsafeBufferPointer<Int64>
    let values: UnsafeBufferPointer<Double>
    /// Empty when unknown.
    let starts: UnsafeBufferPointer<Int64>
    let histograms: HistogramColumn
    /// The floats in the window.
    var floats: Range<Int> = 0..<0
    /// The histograms in the window.
    var boxes: Range<Int> = 0..<0
    /// The step's own instant.
    var time: Int64 = 0
    /// The window as it was asked for, in milliseconds, without the reach of edges.
    var rangeStart: Int64 = 0
    var rangeEnd: Int64 = 0

    @inline(__always) var hasHistograms: Bool { !boxes.isEmpty }
    @inline(__always) var floatCount: Int { floats.upperBound - floats.lowerBound }
    @inline(__always) var isEmpty: Bool { floats.isEmpty && boxes.isEmpty }

    /// The window's floats.
    @inline(__always) var floatValues: UnsafeBufferPointer<Double> { UnsafeBufferPointer(rebasing: values[floats]) }
    /// The instants of the window's floats.
    @inline(__always) var floatTimes: UnsafeBufferPointer<Int64> { UnsafeBufferPointer(rebasing: times[floats]) }
}

/// A function over a window.
protocol RangeKernel {
    /// Forgets the series before.
    mutating func begin()
    /// The cell for a window that holds at least one sample.
    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double
}

extension RangeKernel {
    mutating func begin() {}
}

/// What a kernel knows besides the window, and where it leaves what is not a float; each thread has its own.
final class RangeContext {
    let call: CallPlan
    let range: RangePlan
    /// Where the range stands, for remarks.
    let rangePosition: PositionRange
    /// Scalar arguments in their order, a value a step.
    let scalars: [[Double]]
    var labels: Labels = .empty
    var step = 0
    /// Goes with ``Cell/histogram``.
    var histogram: HistogramBox?
    /// Ends the evaluation.
    var error: QueryError?
    var notes = AnnotationSet()

    init(call: CallPlan, range: RangePlan, rangePosition: PositionRange, scalars: [[Double]]) {
        self.call = call
        self.range = range
        self.rangePosition = rangePosition
        self.scalars = scalars
    }

    /// The scalar argument `index` at this step.
    func scalar(_ index: Int) -> Double { scalars[index][step] }

    var quotedName: String { GoQuote.quoted(Evaluator.metricName(labels)) }

    /// Gives a histogram as the cell's value.
    func result(_ histogram: FloatHistogram) -> Double {
        self.histogram = HistogramBox(histogram)
        return Cell.histogram
    }

    func warnMixed() {
        notes.warn(
            "encountered a mix of histograms and floats for metric name \(quotedName)", at: rangePosition)
    }

    func warnMixedBuckets() {
        notes.warn(
            "vector contains a mix of histograms with exponential and custom buckets schemas for metric name "
                + quotedName, at: rangePosition)
    }

    func informReconciled(_ operation: HistogramOperation) {
        notes.inform(
            "mismatched custom buckets were reconciled during \(operation.rawValue)", at: rangePosition)
    }

    func informIgnoredHistograms() {
        notes.inform(
            "ignored histograms in a range containing both floats and histograms for metric name \(quotedName)",
            at: call.position(of: 0))
    }
}
