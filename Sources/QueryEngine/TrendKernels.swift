import TimeSeries

/// `changes` and `resets`: how often neighbours differ, or a counter began anew.
///
/// Where a window moves on over floats, only the pairs that come and go are looked at.
struct ChangesKernel: RangeKernel {
    let countsResets: Bool
    /// The floats whose pairs are counted.
    private var held = 0..<0
    private var counted = 0

    init(countsResets: Bool) { self.countsResets = countsResets }

    mutating func begin() {
        held = 0..<0
        counted = 0
    }

    mutating func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        var floats = window.floats
        var boxes = window.boxes
        if context.range.edges == .anchored {
            // The newest sample at or before the window's start is what the first one inside is compared with.
            let lastFloat = floats.isEmpty ? Int64.min : window.times[floats.upperBound - 1]
            let lastBox = boxes.isEmpty ? Int64.min : window.histograms.times[boxes.upperBound - 1]
            if max(lastFloat, lastBox) <= window.rangeStart { return Cell.absent }
            anchor(window, &floats, &boxes)
        }
        if boxes.isEmpty { return count(window, floats) }
        return count(window, floats, boxes, context)
    }

    private func anchor(_ window: borrowing RangeWindow, _ floats: inout Range<Int>, _ boxes: inout Range<Int>) {
        var float = floats.lowerBound
        while float < floats.upperBound, window.times[float] <= window.rangeStart { float += 1 }
        var box = boxes.lowerBound
        while box < boxes.upperBound, window.histograms.times[box] <= window.rangeStart { box += 1 }
        let hasFloat = float > floats.lowerBound
        let hasBox = box > boxes.lowerBound
        if hasFloat, !hasBox || window.times[float - 1] > window.histograms.times[box - 1] {
            float -= 1
        } else if hasBox {
            box -= 1
        }
        floats = float..<floats.upperBound
        boxes = box..<boxes.upperBound
    }

    private mutating func count(_ window: borrowing RangeWindow, _ floats: Range<Int>) -> Double {
        if floats.lowerBound < held.lowerBound || floats.lowerBound >= held.upperBound
            || floats.upperBound < held.upperBound
        {
            held = floats.lowerBound..<floats.lowerBound + 1
            counted = 0
        }
        var index = held.lowerBound + 1
        while index <= floats.lowerBound {
            if differs(window, index) { counted -= 1 }
            index += 1
        }
        index = held.upperBound
        while index < floats.upperBound {
            if differs(window, index) { counted += 1 }
            index += 1
        }
        held = floats
        return Double(counted)
    }

    /// Whether the float at `index` is another than the one before, or a counter that began anew.
    @inline(__always)
    private func differs(_ window: borrowing RangeWindow, _ index: Int) -> Bool {
        let before = window.values[index - 1]
        let value = window.values[index]
        if countsResets { return value < before || (!window.starts.isEmpty && isStartReset(window, index)) }
        return value != before && !(value.isNaN && before.isNaN)
    }

    private func isStartReset(_ window: borrowing RangeWindow, _ index: Int) -> Bool {
        StartTimestamps.isReset(
            window.starts[index - 1], window.times[index - 1], window.starts[index], window.times[index])
    }

    /// The general case: floats and histograms in the order of their instants.
    private func count(
        _ window: borrowing RangeWindow, _ floats: Range<Int>, _ boxes: Range<Int>, _ context: RangeContext
    ) -> Double {
        struct Last {
            var value: Double
            var histogram: FloatHistogram?
            var time: Int64
            var start: Int64
        }
        var count = 0
        var last: Last?
        var float = floats.lowerBound
        var box = boxes.lowerBound
        let column = window.histograms
        while float < floats.upperBound || box < boxes.upperBound {
            let current: Last
            if box >= boxes.upperBound || (float < floats.upperBound && window.times[float] < column.times[box]) {
                current = Last(
                    value: window.values[float], histogram: nil, time: window.times[float],
                    start: window.starts.isEmpty ? 0 : window.starts[float])
                float += 1
            } else {
                current = Last(
                    value: 0, histogram: column.boxes[box].value, time: column.times[box],
                    start: column.starts.isEmpty ? 0 : column.starts[box])
                box += 1
            }
            if let last {
                let isReset =
                    countsResets && StartTimestamps.isReset(last.start, last.time, current.start, current.time)
                switch (last.histogram, current.histogram) {
                case (nil, nil):
                    let differs =
                        countsResets
                        ? current.value < last.value
                        : current.value != last.value && !(current.value.isNaN && last.value.isNaN)
                    if differs || isReset { count += 1 }
                case (let before?, let now?):
                    if isReset || (countsResets ? now.isReset(after: before) : !now.equals(before)) {
                        count += 1
                    }
                default: count += 1
                }
            }
            last = current
        }
        return Double(count)
    }
}

/// `irate` and `idelta`: between the last two samples.
struct InstantRateKernel: RangeKernel {
    let isRate: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        if window.hasHistograms { return InstantHistogramRate(isRate: isRate).value(window, context) }
        return Self.floats(window, isRate: isRate)
    }

    /// Where the last two samples are floats.
    static func floats(_ window: borrowing RangeWindow, isRate: Bool) -> Double {
        let last = window.floats.upperBound - 1
        guard window.floatCount > 1 else { return Cell.absent }
        let interval = window.times[last] - window.times[last - 1]
        if interval == 0 { return Cell.absent }
        var result = window.values[last]
        var isReset = isRate && result < window.values[last - 1]
        if isRate, !isReset, !window.starts.isEmpty {
            isReset = StartTimestamps.isReset(
                window.starts[last - 1], window.times[last - 1], window.starts[last], window.times[last])
        }
        if !isReset { result -= window.values[last - 1] }
        return isRate ? result / (Double(interval) / 1000) : result
    }
}

/// `deriv` and `predict_linear`.
struct RegressionKernel: RangeKernel {
    let predicts: Bool

    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        guard window.floatCount > 1 else {
            if window.floatCount == 1, window.hasHistograms { context.informIgnoredHistograms() }
            return Cell.absent
        }
        if window.hasHistograms { context.informIgnoredHistograms() }
        let times = window.floatTimes
        if predicts {
            let line = LinearRegression(times, window.floatValues, from: window.time).line
            return line.slope * context.scalar(0) + line.intercept
        }
        return LinearRegression(times, window.floatValues, from: times[0]).line.slope
    }
}

/// `double_exponential_smoothing`.
struct SmoothingKernel: RangeKernel {
    func value(_ window: borrowing RangeWindow, _ context: RangeContext) -> Double {
        let smoothing = context.scalar(0)
        let trend = context.scalar(1)
        for (name, factor) in [("smoothing", smoothing), ("trend", trend)] where factor <= 0 || factor >= 1 {
            let short = name == "smoothing" ? "sf" : "tf"
            context.error = .execution(
                "invalid \(name) factor. Expected: 0 < \(short) < 1, got: \(GoText.fixed(factor, 6))")
            return Cell.absent
        }
        let values = window.floatValues
        guard values.count > 1 else {
            if values.count == 1, window.hasHistograms { context.informIgnoredHistograms() }
            return Cell.absent
        }
        if window.hasHistograms { context.informIgnoredHistograms() }
        var before = 0.0
        var smoothed = values[0]
        var slope = values[1] - values[0]
        for index in 1..<values.count {
            if index > 1 { slope = trend * (smoothed - before) + (1 - trend) * slope }
            let next = smoothing * values[index] + (1 - smoothing) * (smoothed + slope)
            before = smoothed
            smoothed = next
        }
        return smoothed
    }
}
