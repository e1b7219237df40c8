import Base
import PromQL
import TimeSeries

/// Calculates a function over windows, series after series.
final class RangeWorker<Kernel: RangeKernel>: RowWorker {
    /// Samples looked at after which it is asked whether somebody still waits for the result.
    private static var patience: Int { 1 << 16 }

    private(set) var boxes: [HistogramBox?] = []
    private(set) var peak = 0
    private(set) var read = 0
    var notes: AnnotationSet { context.notes }
    var error: QueryError? { context.error }

    /// Nil while it is at work.
    private var kernel: Kernel?
    private let context: RangeContext
    private let input: RangeInput
    private let times: Timeline
    private let lookback: Int64
    private let keepsName: Bool
    private let delaysNameRemoval: Bool
    private let needsStatsOnly: Bool
    private let isCounting: Bool
    private let counters: CounterRemark?
    private let buffer = SampleBuffer()
    private let poll: Poll
    /// Samples that were looked at since it was asked.
    private var looked = 0

    init(
        _ kernel: Kernel, _ context: RangeContext, _ input: RangeInput, _ times: Timeline, keepsName: Bool,
        evaluator: Evaluator, poll: Poll
    ) {
        self.kernel = kernel
        self.context = context
        self.input = input
        self.times = times
        self.keepsName = keepsName
        self.poll = poll
        lookback = evaluator.lookback
        delaysNameRemoval = evaluator.delaysNameRemoval
        if case .selector(let selector) = context.range.source {
            needsStatsOnly = selector.needsStatsOnly
        } else {
            needsStatsOnly = false
        }
        let isRate = context.call.function == "rate" || context.call.function == "increase"
        isCounting = evaluator.isCounting
        counters = isRate ? CounterRemark(looksAtTypeLabels: evaluator.looksAtTypeLabels) : nil
    }

    func row(_ number: Int, _ cells: UnsafeMutableBufferPointer<Double>) -> Labels? {
        let labels = input.labels(number)
        context.labels = labels
        boxes.removeAll(keepingCapacity: true)
        input.withColumns(number, buffer) { fill(cells, $0) }
        guard context.error == nil, cells.contains(where: Cell.isPresent) else { return nil }
        counters?.remark(labels, cells, context)
        return keepsName || delaysNameRemoval ? labels : labels.droppingMetadata
    }

    private func fill(_ cells: UnsafeMutableBufferPointer<Double>, _ columns: SeriesColumns) {
        if columns.histograms.isEmpty {
            let before = read
            if slide(cells, columns, HistogramColumn(), mayBeStale: true) { return }
            read = before
            boxes.removeAll(keepingCapacity: true)
        }
        let split = SplitSeries(columns, needsStatsOnly: needsStatsOnly)
        split.floats.withColumns { _ = slide(cells, $0, split.histograms, mayBeStale: false) }
    }

    /// Moves the window over one series.
    /// - Returns: false when a staleness marker came into it, which must not be there.
    private func slide(
        _ cells: UnsafeMutableBufferPointer<Double>, _ floats: SeriesColumns, _ histograms: HistogramColumn,
        mayBeStale: Bool
    ) -> Bool {
        guard var kernel = self.kernel else { return true }
        // Taken out, so that it is changed where it stands.
        self.kernel = nil
        defer { self.kernel = kernel }
        let range = context.range
        let times = times
        let context = context
        let reach = range.reach(lookback: lookback)
        let stamps = floats.times
        let values = floats.values
        var window = RangeWindow(times: stamps, values: values, starts: floats.starts, histograms: histograms)
        kernel.begin()
        var low = TimeSearch.countThrough(stamps, range.reference(times.start) - range.window - reach.before)
        var high = low
        var lowBox = 0
        var highBox = 0
        var most = 0
        var looked = self.looked
        defer {
            peak = max(peak, most)
            self.looked = looked
        }
        for step in 0..<times.count {
            let end = range.reference(times.time(step))
            let minimum = end - range.window - reach.before
            let maximum = end + reach.behind
            while low < stamps.count, stamps[low] <= minimum { low += 1 }
            if high < low { high = low }
            while high < stamps.count, stamps[high] <= maximum {
                if mayBeStale, StaleMarker.isStale(values[high]) { return false }
                high += 1
            }
            if !histograms.times.isEmpty {
                while lowBox < histograms.times.count, histograms.times[lowBox] <= minimum { lowBox += 1 }
                if highBox < lowBox { highBox = lowBox }
                while highBox < histograms.times.count, histograms.times[highBox] <= maximum { highBox += 1 }
            }
            guard low < high || lowBox < highBox else {
                cells[step] = Cell.absent
                continue
            }
            most = max(most, high - low + highBox - lowBox)
            if isCounting {
                read += high - low
                for box in lowBox..<highBox { read += histograms.boxes[box].value.sampleWeight }
            }
            looked += high - low + 16 * (highBox - lowBox) + 16
            window.floats = low..<high
            window.boxes = lowBox..<highBox
            window.time = times.time(step)
            window.rangeStart = end - range.window
            window.rangeEnd = end
            context.step = step
            let value = kernel.value(window, context)
            cells[step] = value
            if Cell.isHistogram(value) {
                if boxes.isEmpty { boxes = Array(repeating: nil, count: times.count) }
                boxes[step] = context.histogram
            }
            if looked > Self.patience {
                looked = 0
                if poll.isOver { context.error = .canceled }
            }
            if context.error != nil { return true }
        }
        return true
    }
}

/// Remarks that a rate was taken of what seems to be no counter.
final class CounterRemark {
    private static let endings = ["_total", "_sum", "_count", "_bucket"].map { Array($0.utf8) }
    private let looksAtTypeLabels: Bool
    /// A name that was found to be right.
    private var last: [UInt8] = []

    init(looksAtTypeLabels: Bool) { self.looksAtTypeLabels = looksAtTypeLabels }

    func remark(_ labels: Labels, _ cells: UnsafeMutableBufferPointer<Double>, _ context: RangeContext) {
        if looksAtTypeLabels { return remarkType(labels, cells, context) }
        let isRight = labels.withValue(of: Labels.metricName) { name in
            if name.isEmpty || name.elementsEqual(last) { return true }
            guard Self.endings.contains(where: { name.suffix($0.count).elementsEqual($0) }) else { return false }
            last = Array(name)
            return true
        }
        if isRight || !cells.contains(where: Cell.isFloat) { return }
        context.notes.inform(
            "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                + GoQuote.quoted(labels.metricName), at: context.rangePosition)
    }

    private func remarkType(_ labels: Labels, _ cells: UnsafeMutableBufferPointer<Double>, _ context: RangeContext) {
        let name = labels.metricName
        let type = labels.value(of: "__type__")
        if name.isEmpty || type == "counter" || type == "histogram" || !cells.contains(where: Cell.isFloat) { return }
        context.notes.inform(
            "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", got "
                + "\(GoQuote.quoted(type)): \(GoQuote.quoted(name))", at: context.rangePosition)
    }
}
