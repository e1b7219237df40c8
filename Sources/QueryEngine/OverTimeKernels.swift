internal import Glibc
import TimeSeries

/// `count_over_time`: samples in the window.
struct CountKernel: RangeKernel {
    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        Double(window.floatCount + window.boxes.count)
    }
}

/// `present_over_time`, and what `absent_over_time` looks at: 1 wherever there is a sample.
struct PresentKernel: RangeKernel {
    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double { 1 }
}

/// `sum_over_time` and `avg_over_time`.
///
/// Where sums are exact, only the samples that come and go are looked at. A mean is divided out of the running sum and of what
/// that lost, each by itself, so that its last digit hangs on every rounding on the way: only of whole numbers, whose sums
/// are never rounded, it needs no going over the window.
struct SumKernel: RangeKernel {
    let isAverage: Bool
    private var sliding: SlidingSum?
    /// The samples that ``sliding`` holds.
    private var held = 0..<0
    /// How many of them are no whole numbers, or large ones.
    private var uneven = 0

    init(isAverage: Bool) { self.isAverage = isAverage }

    mutating func begin() {
        sliding = SlidingSum()
        held = 0..<0
        uneven = 0
    }

    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.hasHistograms {
            if !window.floats.isEmpty {
                context.warnMixed()
                return Cell.absent
            }
            return HistogramFold.overTime(window, context, isAverage: isAverage)
        }
        if let sum = moved(to: window.floats, window.values) {
            if !isAverage { return sum.total }
            // The sign of a mean that is zero is what going over the window gives.
            if uneven == 0, window.floatCount < 1 << 12, sum.total != 0 {
                return sum.total / Double(window.floatCount)
            }
        }
        let values = window.floatValues
        if isAverage {
            var mean = CompensatedMean(values[0])
            for index in 1..<values.count { mean.add(values[index]) }
            return mean.result
        }
        var sum = 0.0
        var compensation = 0.0
        for value in values { KahanSum.add(value, &sum, &compensation) }
        return sum.isInfinite ? sum : sum + compensation
    }

    /// The sum of the samples in `wanted`; nil when it is not exact, and from then on for the whole series.
    @inline(__always)
    private mutating func moved(to wanted: Range<Int>, _ values: UnsafeBufferPointer<Double>) -> SlidingSum? {
        guard var sum = sliding else { return nil }
        if wanted.lowerBound >= held.upperBound || wanted.upperBound < held.upperBound {
            sum = SlidingSum()
            held = wanted.lowerBound..<wanted.lowerBound
            uneven = 0
        }
        var isExact = true
        for index in held.upperBound..<wanted.upperBound {
            if !sum.add(values[index]) { isExact = false }
            if !Self.isEven(values[index]) { uneven += 1 }
        }
        for index in held.lowerBound..<wanted.lowerBound {
            if !sum.add(-values[index]) { isExact = false }
            if !Self.isEven(values[index]) { uneven -= 1 }
        }
        held = wanted
        sliding = isExact ? sum : nil
        return sliding
    }

    /// Whether thousands of such numbers are summed without rounding: whole ones up to 2^40.
    @inline(__always)
    private static func isEven(_ value: Double) -> Bool {
        value.magnitude <= 0x1p40 && value.rounded(.towardZero) == value
    }
}

/// `min_over_time`, `max_over_time` and the instants of the extremes.
///
/// A queue of candidates is kept from window to window: a sample costs its coming and going only.
struct ExtremeKernel: RangeKernel {
    let isMaximum: Bool
    let givesTime: Bool
    private var queue: [Int] = []
    private var head = 0
    private var scanned = 0

    init(isMaximum: Bool, givesTime: Bool = false) {
        self.isMaximum = isMaximum
        self.givesTime = givesTime
    }

    mutating func begin() {
        queue.removeAll(keepingCapacity: true)
        head = 0
        scanned = 0
    }

    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.floats.isEmpty { return Cell.absent }
        if window.hasHistograms { context.informIgnoredHistograms() }
        let values = window.values
        let low = window.floats.lowerBound
        for index in max(scanned, low)..<max(scanned, window.floats.upperBound) where !values[index].isNaN {
            // Of equal values the first one stands for the value, the last one for the instant.
            while queue.count > head, beats(values[index], values[queue[queue.count - 1]]) { queue.removeLast() }
            queue.append(index)
        }
        scanned = max(scanned, window.floats.upperBound)
        while head < queue.count, queue[head] < low { head += 1 }
        guard head < queue.count else {
            // Nothing but NaN.
            return givesTime ? Double(window.times[window.floats.upperBound - 1]) / 1000 : values[low]
        }
        return givesTime ? Double(window.times[queue[head]]) / 1000 : values[queue[head]]
    }

    @inline(__always)
    private func beats(_ new: Double, _ old: Double) -> Bool {
        if givesTime { return isMaximum ? new >= old : new <= old }
        return isMaximum ? new > old : new < old
    }
}

/// `stddev_over_time` and `stdvar_over_time`: of the population, by Welford with compensation.
struct VarianceKernel: RangeKernel {
    let isDeviation: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.floats.isEmpty { return Cell.absent }
        if window.hasHistograms { context.informIgnoredHistograms() }
        var count = 0.0
        var mean = KahanSum()
        var squares = KahanSum()
        for value in window.floatValues {
            count += 1
            let delta = value - (mean.sum + mean.compensation)
            mean.add(delta / count)
            squares.add(delta * (value - (mean.sum + mean.compensation)))
        }
        let variance = (squares.sum + squares.compensation) / count
        return isDeviation ? variance.squareRoot() : variance
    }
}

/// `first_over_time`, `last_over_time` and their instants.
struct EndKernel: RangeKernel {
    let isLast: Bool
    let givesTime: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        let float = isLast ? window.floats.upperBound - 1 : window.floats.lowerBound
        let box = isLast ? window.boxes.upperBound - 1 : window.boxes.lowerBound
        let takesFloat: Bool
        if window.boxes.isEmpty {
            takesFloat = true
        } else if window.floats.isEmpty {
            takesFloat = false
        } else {
            let difference = window.times[float] - window.histograms.times[box]
            takesFloat = isLast ? difference > 0 : difference < 0
        }
        if givesTime { return Double(takesFloat ? window.times[float] : window.histograms.times[box]) / 1000 }
        if takesFloat { return window.values[float] }
        context.histogram = window.histograms.boxes[box]
        return Cell.histogram
    }
}

/// `quantile_over_time` and `mad_over_time`.
///
/// The window's values are kept sorted from step to step: a sample costs its coming and going only.
struct QuantileKernel: RangeKernel {
    let isMedianDeviation: Bool
    private var sorted: [Double] = []
    /// The samples that ``sorted`` holds.
    private var held = 0..<0

    init(isMedianDeviation: Bool) { self.isMedianDeviation = isMedianDeviation }

    mutating func begin() {
        sorted.removeAll(keepingCapacity: true)
        held = 0..<0
    }

    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.floats.isEmpty { return Cell.absent }
        if isMedianDeviation {
            if window.hasHistograms { context.informIgnoredHistograms() }
            if window.floatValues.contains(where: \.isNaN) { return StaleMarker.normalNaN }
            sorted = window.floatValues.sorted()
            let median = Quantile.of(0.5, sorted: sorted)
            sorted = window.floatValues.map { ($0 - median).magnitude }.sorted()
            return Quantile.of(0.5, sorted: sorted)
        }
        let rank = context.scalar(0)
        if rank.isNaN || rank < 0 || rank > 1 {
            context.notes.warn(
                "quantile value should be between 0 and 1, got \(GoText.g(rank))", at: context.call.position(of: 0))
        }
        if window.hasHistograms { context.informIgnoredHistograms() }
        move(to: window.floats, window.values)
        return Quantile.of(rank, sorted: sorted)
    }

    private mutating func move(to wanted: Range<Int>, _ values: UnsafeBufferPointer<Double>) {
        let changed = wanted.lowerBound - held.lowerBound + wanted.upperBound - held.upperBound
        if wanted.lowerBound >= held.upperBound || changed > wanted.count {
            sorted.removeAll(keepingCapacity: true)
            sorted.append(contentsOf: UnsafeBufferPointer(rebasing: values[wanted]))
            sorted.sort(by: Quantile.precedes)
        } else {
            for index in held.lowerBound..<wanted.lowerBound { sorted.remove(at: place(of: values[index])) }
            for index in held.upperBound..<wanted.upperBound {
                sorted.insert(values[index], at: place(of: values[index]))
            }
        }
        held = wanted
    }

    /// The first place at which `value` may stand.
    private func place(of value: Double) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if Quantile.precedes(sorted[middle], value) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// Quantiles of plain numbers.
enum Quantile {
    /// Ascending, NaN first.
    @inline(__always)
    static func precedes(_ a: Double, _ b: Double) -> Bool { a < b || (a.isNaN && !b.isNaN) }

    /// The φ-quantile with linear interpolation; sorts `values`, NaN first.
    static func of(_ rank: Double, _ values: inout [Double]) -> Double {
        values.sort(by: precedes)
        return of(rank, sorted: values)
    }

    /// The φ-quantile of values that are sorted, NaN first.
    static func of(_ rank: Double, sorted values: [Double]) -> Double {
        if values.isEmpty || rank.isNaN { return StaleMarker.normalNaN }
        if rank < 0 { return -.infinity }
        if rank > 1 { return .infinity }
        let last = Double(values.count - 1)
        let place = rank * last
        let lower = max(0, place.rounded(.down))
        let upper = min(last, lower + 1)
        let weight = place - place.rounded(.down)
        return values[Int(lower)] * (1 - weight) + values[Int(upper)] * weight
    }
}
