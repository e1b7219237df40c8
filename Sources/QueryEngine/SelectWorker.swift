import TimeSeries

/// Finds for each step the newest sample within the lookback that no marker has ended, series after series.
final class SelectWorker: RowWorker {
    private(set) var boxes: [HistogramBox?] = []
    let notes = AnnotationSet()
    private(set) var error: QueryError?
    let peak = 0
    private(set) var read = 0

    private let selector: SelectorPlan
    private let input: SelectedSeries
    private let times: Timeline
    private let lookback: Int64
    private let shown: Evaluator.Shown
    private let isCounting: Bool
    private let buffer = SampleBuffer()
    /// Where the sample of each step was found, -1 where there is none; not kept where nobody asks for it.
    private var indexes: [Int] = []

    init(
        _ selector: SelectorPlan, _ input: SelectedSeries, _ times: Timeline, lookback: Int64, shown: Evaluator.Shown,
        isCounting: Bool
    ) {
        self.selector = selector
        self.input = input
        self.times = times
        self.lookback = lookback
        self.shown = shown
        self.isCounting = isCounting
    }

    func row(_ number: Int, _ cells: UnsafeMutableBufferPointer<Double>) -> Labels? {
        boxes.removeAll(keepingCapacity: true)
        let found = input.withColumns(number, buffer) { columns in
            selector.edges == .smoothed ? interpolate(cells, columns) : select(cells, columns)
        }
        if found, isCounting {
            for step in cells.indices where Cell.isPresent(cells[step]) {
                read += (boxes.isEmpty ? nil : boxes[step])?.value.sampleWeight ?? 1
            }
        }
        return found ? input.labels(number) : nil
    }

    private func select(_ cells: UnsafeMutableBufferPointer<Double>, _ columns: SeriesColumns) -> Bool {
        let stamps = columns.times
        let values = columns.values
        let needsIndexes = shown != .value || !columns.histograms.isEmpty
        if needsIndexes { indexes = [Int](repeating: -1, count: times.count) }
        var index = TimeSearch.countThrough(stamps, selector.reference(times.start)) - 1
        var found = false
        for step in 0..<times.count {
            let reference = selector.reference(times.time(step))
            while index + 1 < stamps.count, stamps[index + 1] <= reference { index += 1 }
            if index >= 0, stamps[index] > reference - lookback, !StaleMarker.isStale(values[index]) {
                cells[step] = values[index]
                if needsIndexes { indexes[step] = index }
                found = true
            } else {
                cells[step] = Cell.absent
            }
        }
        guard found else { return false }
        switch shown {
        case .value: if !columns.histograms.isEmpty { setHistograms(cells, columns.histograms) }
        case .time:
            for step in cells.indices where Cell.isPresent(cells[step]) {
                cells[step] = Double(stamps[indexes[step]]) / 1000
            }
        case .startTime:
            for step in cells.indices where Cell.isPresent(cells[step]) {
                cells[step] = columns.starts.isEmpty ? 0 : Double(columns.starts[indexes[step]]) / 1000
            }
        }
        return true
    }

    /// Replaces the sums by the histograms they belong to.
    private func setHistograms(
        _ cells: UnsafeMutableBufferPointer<Double>, _ histograms: [FloatHistogram?]
    ) {
        var last: (index: Int, box: HistogramBox)?
        for step in cells.indices where Cell.isPresent(cells[step]) {
            let index = indexes[step]
            if last?.index != index, let histogram = histograms[index] {
                var shown = histogram
                if selector.needsStatsOnly {
                    shown = histogram.stats(after: histograms[..<index].last { $0 != nil } ?? nil)
                }
                last = (index, HistogramBox(shown))
            }
            guard let last, last.index == index else { continue }
            if boxes.isEmpty { boxes = Array(repeating: nil, count: times.count) }
            boxes[step] = last.box
            cells[step] = Cell.histogram
        }
    }

    /// A smoothed selector: between the samples around each step.
    private func interpolate(_ cells: UnsafeMutableBufferPointer<Double>, _ columns: SeriesColumns) -> Bool {
        let split = SplitSeries(columns)
        for step in 0..<times.count {
            let reference = selector.reference(times.time(step))
            let window = split.floats.window(after: reference - lookback, through: reference + lookback)
            let histograms = split.histograms.window(after: reference - lookback, through: reference + lookback)
            if !histograms.isEmpty {
                error = .execution("smoothed and anchored modifiers do not work with native histograms")
                return false
            }
            cells[step] = Self.value(split.floats, window, at: reference)
        }
        return cells.contains(where: Cell.isPresent)
    }

    private static func value(_ column: FloatColumn, _ window: Range<Int>, at time: Int64) -> Double {
        guard let next = window.first(where: { column.times[$0] >= time }) else {
            return window.isEmpty ? Cell.absent : column.values[window.upperBound - 1]
        }
        if column.times[next] == time { return column.values[next] }
        if next == window.lowerBound { return Cell.absent }
        return ExtendedRange.interpolate(column, next - 1, next, at: time, isCounter: false)
    }
}
