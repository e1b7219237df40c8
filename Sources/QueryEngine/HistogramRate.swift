import PromQL
import TimeSeries

/// `rate`, `increase` and `delta` of native histograms: the rise over the window, extrapolated to its edges.
struct HistogramRate {
    let isCounter: Bool
    let isRate: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if context.range.edges != nil { return extended(window, context) }
        let column = window.histograms
        let low = window.boxes.lowerBound
        let last = window.boxes.upperBound - 1
        let extrapolation = Extrapolation(
            firstTime: column.times[low], lastTime: column.times[last], count: last - low + 1,
            rangeStart: window.rangeStart, rangeEnd: window.rangeEnd)
        let start = isCounter && !column.starts.isEmpty ? column.starts[low] : 0
        var result: FloatHistogram?
        if last > low {
            guard let rise = rise(column, low, last, context) else { return Cell.absent }
            result = rise
        }
        guard extrapolation.isPossible(start: start) else { return Cell.absent }
        let first = column.boxes[low].value
        if extrapolation.begins(at: start) {
            if var sum = result {
                guard context.add(first, to: &sum) else { return Cell.absent }
                result = sum
            } else {
                result = first
            }
        }
        guard var histogram = result else { return Cell.absent }
        let factor = extrapolation.factor(
            start: start, isCounter: isCounter, first: first.count, rise: histogram.count,
            seconds: isRate ? Double(context.range.window) / 1000 : nil)
        histogram.multiply(by: factor)
        return context.result(histogram)
    }

    /// Last minus first, with what was lost in resets; nil where histograms cannot be combined.
    private func rise(_ column: HistogramColumn, _ low: Int, _ last: Int, _ context: RangeContext) -> FloatHistogram? {
        let boxes = column.boxes
        var previous = boxes[low].value
        let newest = boxes[last].value
        var isCustom = previous.usesCustomBuckets
        if isCounter, previous.counterResetHint == .gauge || newest.counterResetHint == .gauge {
            context.warnNotCounter()
        }
        if isCounter {
            // What was before a reset right at the beginning is not looked at, be it as it may.
            let second = boxes[low + 1].value
            if isReset(column, low + 1) || second.isReset(after: previous) {
                previous = FloatHistogram(schema: second.schema, customValues: second.customValues)
                isCustom = second.usesCustomBuckets
            }
        }
        guard newest.usesCustomBuckets == isCustom else {
            context.warnMixedBuckets()
            return nil
        }
        var schema = min(newest.schema, previous.schema)
        if isCounter, last - low > 1 {
            for index in low + 1..<last {
                let histogram = boxes[index].value
                if histogram.counterResetHint == .gauge { context.warnNotCounter() }
                schema = min(schema, histogram.schema)
                guard histogram.usesCustomBuckets == isCustom else {
                    context.warnMixedBuckets()
                    return nil
                }
            }
        }
        var result = isCustom ? newest : (try? newest.reduced(toSchema: schema)) ?? newest
        guard context.subtract(previous, from: &result) else { return nil }
        if isCounter {
            guard addResets(column, low, last, previous, context, to: &result) else { return nil }
        } else if boxes[low].value.counterResetHint != .gauge || newest.counterResetHint != .gauge {
            context.warnNotGauge()
        }
        result.counterResetHint = .gauge
        result.compact()
        return result
    }

    private func addResets(
        _ column: HistogramColumn, _ low: Int, _ last: Int, _ first: FloatHistogram, _ context: RangeContext,
        to result: inout FloatHistogram
    ) -> Bool {
        var previous = first
        var hasOverlap = false
        for index in low + 1...last {
            let current = column.boxes[index].value
            if !column.starts.isEmpty, !hasOverlap,
                StartTimestamps.overlap(column.starts[index - 1], column.times[index - 1], column.starts[index])
            {
                hasOverlap = true
                StartTimestamps.warnOverlap(context)
            }
            if isReset(column, index) || current.isReset(after: previous) {
                guard context.add(previous, to: &result) else { return false }
            }
            previous = current
        }
        return true
    }

    private func isReset(_ column: HistogramColumn, _ index: Int) -> Bool {
        guard !column.starts.isEmpty else { return false }
        return StartTimestamps.isReset(
            column.starts[index - 1], column.times[index - 1], column.starts[index], column.times[index])
    }
}

/// `irate` and `idelta` where one of the last two samples is a native histogram.
struct InstantHistogramRate {
    let isRate: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        let column = window.histograms
        let last = window.boxes.upperBound - 1
        guard window.boxes.count + window.floatCount > 1 else { return Cell.absent }
        if !window.floats.isEmpty {
            let float = window.floats.upperBound - 1
            if window.times[float] > column.times[last] {
                if window.floatCount > 1, window.times[float - 1] > column.times[last] {
                    return InstantRateKernel.floats(window, isRate: isRate)
                }
                context.warnMixed()
                return Cell.absent
            }
            guard window.boxes.count > 1, column.times[last - 1] > window.times[float] else {
                context.warnMixed()
                return Cell.absent
            }
        }
        let newest = column.boxes[last].value
        let before = column.boxes[last - 1].value
        let interval = column.times[last] - column.times[last - 1]
        if interval == 0 { return Cell.absent }
        let hints = [newest.counterResetHint, before.counterResetHint]
        if isRate, hints.contains(.gauge) { context.warnNotCounter() }
        if !isRate, hints.contains(where: { $0 != .gauge }) { context.warnNotGauge() }
        var isReset = false
        if isRate {
            isReset =
                !column.starts.isEmpty
                && StartTimestamps.isReset(
                    column.starts[last - 1], column.times[last - 1], column.starts[last], column.times[last])
            isReset = isReset || newest.isReset(after: before)
        }
        var result = newest
        if !isReset, !context.subtract(before, from: &result) { return Cell.absent }
        result.counterResetHint = .gauge
        result.compact()
        if isRate { result.divide(by: Double(interval) / 1000) }
        return context.result(result)
    }
}

extension RangeContext {
    func warnNotCounter() {
        notes.warn("this native histogram metric is not a counter: \(quotedName)", at: rangePosition)
    }

    func warnNotGauge() {
        notes.warn("this native histogram metric is not a gauge: \(quotedName)", at: rangePosition)
    }

    /// Adds; false, with a remark, where the two cannot be combined.
    func add(_ other: FloatHistogram, to histogram: inout FloatHistogram) -> Bool {
        do throws(HistogramOperationError) {
            if try histogram.add(other).hasReconciledBounds { informReconciled(.addition) }
            return true
        } catch {
            warnMixedBuckets()
            return false
        }
    }

    /// Takes away; false, with a remark, where the two cannot be combined.
    func subtract(_ other: FloatHistogram, from histogram: inout FloatHistogram) -> Bool {
        do throws(HistogramOperationError) {
            if try histogram.subtract(other).hasReconciledBounds { informReconciled(.subtraction) }
            return true
        } catch {
            warnMixedBuckets()
            return false
        }
    }
}

extension FloatHistogram {
    /// The histogram with all counts and the sum multiplied.
    func scaled(by factor: Double) -> FloatHistogram {
        var copy = self
        copy.multiply(by: factor)
        return copy
    }

    /// The histogram with all counts and the sum divided.
    func divided(by divisor: Double) -> FloatHistogram {
        var copy = self
        copy.divide(by: divisor)
        return copy
    }
}
