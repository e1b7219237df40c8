import PromQL
import TimeSeries

/// `rate`, `increase` and `delta`: the rise over the window, extrapolated to its edges.
///
/// Resets are remembered from window to window, so that a step costs its new samples only.
struct RateKernel: RangeKernel {
    let isCounter: Bool
    let isRate: Bool
    /// Indexes of samples that began anew, ascending; those before `head` have left the window.
    private var resets: [Int] = []
    private var head = 0
    /// All pairs up to this sample have been looked at.
    private var scanned = 0
    private var hasOverlap = false

    init(isCounter: Bool, isRate: Bool) {
        self.isCounter = isCounter
        self.isRate = isRate
    }

    mutating func begin() {
        resets.removeAll(keepingCapacity: true)
        head = 0
        scanned = 0
        hasOverlap = false
    }

    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.hasHistograms {
            if !window.floats.isEmpty {
                context.warnMixed()
                return Cell.absent
            }
            return HistogramRate(isCounter: isCounter, isRate: isRate).value(window, context)
        }
        if let edges = context.range.edges {
            return ExtendedRange(isSmoothed: edges == .smoothed, start: window.rangeStart, end: window.rangeEnd)
                .rate(window, isCounter: isCounter, isRate: isRate, seconds: Double(context.range.window) / 1000)
        }
        return floatRate(window, context)
    }

    private mutating func floatRate(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        let low = window.floats.lowerBound
        let last = window.floats.upperBound - 1
        if last == low, window.starts.isEmpty { return Cell.absent }
        let values = window.values
        var result = values[last] - values[low]
        if isCounter {
            scan(window, context)
            while head < resets.count, resets[head] <= low { head += 1 }
            var index = head
            while index < resets.count {
                result += values[resets[index] - 1]
                index += 1
            }
        }
        let rise = Extrapolation(
            firstTime: window.times[low], lastTime: window.times[last], count: last - low + 1,
            rangeStart: window.rangeStart, rangeEnd: window.rangeEnd)
        let start = isCounter && !window.starts.isEmpty ? window.starts[low] : 0
        guard rise.isPossible(start: start) else { return Cell.absent }
        if rise.begins(at: start) { result += values[low] }
        let factor = rise.factor(
            start: start, isCounter: isCounter, first: values[low], rise: result,
            seconds: isRate ? Double(context.range.window) / 1000 : nil)
        return result * factor
    }

    @inline(__always)
    private mutating func scan(_ window: borrowing RangeWindow, _ context: RangeContext) {
        var index = max(scanned, window.floats.lowerBound + 1)
        let end = window.floats.upperBound
        let values = window.values
        if window.starts.isEmpty {
            while index < end {
                if values[index] < values[index - 1] { resets.append(index) }
                index += 1
            }
        } else {
            while index < end {
                let before = window.starts[index - 1]
                let start = window.starts[index]
                if !hasOverlap, StartTimestamps.overlap(before, window.times[index - 1], start) {
                    hasOverlap = true
                    StartTimestamps.warnOverlap(context)
                }
                if values[index] < values[index - 1]
                    || StartTimestamps.isReset(before, window.times[index - 1], start, window.times[index])
                {
                    resets.append(index)
                }
                index += 1
            }
        }
        scanned = end
    }
}

/// How far a rise seen between samples is stretched to the edges of its window.
///
/// - Source: Prometheus' documentation of rate, and its extrapolatedRate for the order of the operations.
struct Extrapolation {
    let firstTime: Int64
    let lastTime: Int64
    let count: Int
    let rangeStart: Int64
    let rangeEnd: Int64

    /// Whether the counter is known to have begun at zero inside the window.
    func begins(at start: Int64) -> Bool { start != 0 && start > rangeStart && start < firstTime }

    func isPossible(start: Int64) -> Bool { count > 1 || begins(at: start) }

    /// What the rise is multiplied by.
    ///
    /// - Parameters:
    ///   - first: the first value, which bounds how far back a counter can have begun.
    ///   - seconds: length of the window to divide by, nil for no division.
    @inline(__always)
    func factor(start: Int64, isCounter: Bool, first: Double, rise: Double, seconds: Double?) -> Double {
        var toStart = Double(firstTime - rangeStart) / 1000
        var toEnd = Double(rangeEnd - lastTime) / 1000
        var sampled = Double(lastTime - firstTime) / 1000
        let average = count > 1 ? sampled / Double(count - 1) : 0
        let threshold = average * 1.1
        if begins(at: start) {
            toStart = 0
            sampled = Double(lastTime - start) / 1000
        } else {
            if toStart >= threshold { toStart = average / 2 }
            if isCounter {
                var toZero = toStart
                if rise > 0, first >= 0 { toZero = sampled * (first / rise) }
                if toZero < toStart { toStart = toZero }
            }
        }
        if toEnd >= threshold { toEnd = average / 2 }
        var factor = 1.0
        if sampled != 0 { factor = (sampled + toStart + toEnd) / sampled }
        if let seconds { factor /= seconds }
        return factor
    }
}

/// What start timestamps say about resets (`use-start-timestamps`).
enum StartTimestamps {
    /// Whether the counter began anew between two samples. 0 is unknown, as is a start at its own sample.
    @inline(__always)
    static func isReset(_ beforeStart: Int64, _ beforeTime: Int64, _ start: Int64, _ time: Int64) -> Bool {
        if start == 0 || start >= time || start < beforeTime { return false }
        if start > beforeTime { return true }
        // It points at the sample before: a delta, unless nothing was known of that sample's start.
        return beforeStart <= beforeTime && beforeStart != 0 && beforeStart != beforeTime
    }

    /// Whether a sample claims to have begun before the one before it was taken.
    @inline(__always)
    static func overlap(_ beforeStart: Int64, _ beforeTime: Int64, _ start: Int64) -> Bool {
        start != 0 && start < beforeTime && start != beforeStart
    }

    static func warnOverlap(_ context: RangeContext) {
        context.notes.warn(
            "sample has start time that overlaps with previous sample timestamp for metric \(context.quotedName)",
            at: context.rangePosition)
    }
}
