import PromQL
import TimeSeries

extension Evaluator {
    /// A fetched series as range functions see it.
    func ranged(_ series: Series, needsStatsOnly: Bool = false) -> RangeSeries {
        RangeSeries(
            labels: series.labels, dropsName: false, times: series.timestamps, values: series.values,
            histograms: series.histograms, starts: usesStartTimestamps ? series.startTimestamps : [],
            needsStatsOnly: needsStatsOnly)
    }

    /// The series that a range selector or subquery gives its function.
    func ranged(_ range: RangePlan, _ times: Timeline) throws(QueryError) -> [RangeSeries] {
        switch range.source {
        case .selector(let selector):
            return responses[selector.request].series.map { ranged($0, needsStatsOnly: selector.needsStatsOnly) }
        case .subquery(let inner, let timeline):
            let table = try evaluate(inner, timeline)
            release(table.sampleCount)
            var series: [RangeSeries] = []
            series.reserveCapacity(table.rows)
            for row in 0..<table.rows { series.append(ranged(table, row, timeline)) }
            return series
        }
    }

    private func ranged(_ table: StepTable, _ row: Int, _ timeline: Timeline) -> RangeSeries {
        var times: [Int64] = []
        var values: [Double] = []
        var histograms: [FloatHistogram?] = []
        times.reserveCapacity(table.steps)
        values.reserveCapacity(table.steps)
        let base = row * table.steps
        for step in 0..<table.steps where Cell.isPresent(table.values[base + step]) {
            if let box = table.histogram(at: base + step) {
                if histograms.isEmpty { histograms = Array(repeating: nil, count: times.count) }
                var histogram = box.value
                // A subquery may skip or repeat samples: what was known of resets holds no longer.
                if histogram.counterResetHint != .gauge { histogram.counterResetHint = .unknown }
                histograms.append(histogram)
                values.append(histogram.sum)
            } else {
                if !histograms.isEmpty { histograms.append(nil) }
                values.append(table.values[base + step])
            }
            times.append(timeline.time(step))
        }
        return RangeSeries(
            labels: table.labels[row], dropsName: table.dropsName[row], times: times, values: values,
            histograms: histograms, starts: [])
    }

    /// Evaluates a function over windows: for each series, windows move forward over its columns.
    func overRange<Kernel: RangeKernel>(_ prototype: Kernel, _ call: CallPlan, _ times: Timeline, keepsName: Bool)
        throws(QueryError) -> StepTable
    {
        var scalars: [[Double]] = []
        var found: (RangePlan, PositionRange)?
        for (index, argument) in call.arguments.enumerated() {
            if case .range(let range) = argument.unmarked {
                found = (range, call.position(of: index))
            } else {
                let table = try evaluate(argument, times)
                release(table.sampleCount)
                scalars.append(table.values)
            }
        }
        guard let (range, position) = found else { throw .execution("\(call.function) wants a range vector") }
        let context = RangeContext(
            evaluator: self, call: call, range: range, rangePosition: position, scalars: scalars)
        var kernel = prototype
        var table = StepTable(steps: times.count)
        let input = try ranged(range, times)
        table.labels.reserveCapacity(input.count)
        table.values.reserveCapacity(min(input.count * times.count, 1 << 22))
        var samples = 0
        var row = [Double](repeating: Cell.absent, count: times.count)
        var boxes: [HistogramBox?] = []
        for (number, series) in input.enumerated() {
            if number & 0x3F == 0 { try check() }
            context.labels = series.labels
            let peak = run(&kernel, series, context, times, &row, &boxes)
            if let error = context.error { throw error }
            try hold(peak)
            release(peak)
            guard row.contains(where: Cell.isPresent) else { continue }
            remarkNonCounter(call, series.labels, row, position)
            table.labels.append(keepsName ? series.labels : withoutName(series.labels))
            // What keeps the name brings back one that was to be dropped, as Prometheus does.
            table.dropsName.append(!keepsName)
            table.values.append(contentsOf: row)
            samples += row.count(where: Cell.isPresent)
            try checkGrowth(cells: table.values.count, samples: samples)
            append(boxes, to: &table)
        }
        if !keepsName { table = try united(table) }
        return try counted(table)
    }

    private func append(_ boxes: [HistogramBox?], to table: inout StepTable) {
        if !boxes.isEmpty {
            if table.histograms.isEmpty {
                table.histograms = Array(repeating: nil, count: table.values.count - boxes.count)
            }
            table.histograms.append(contentsOf: boxes)
        } else if table.hasHistograms {
            table.histograms.append(contentsOf: repeatElement(nil, count: table.steps))
        }
    }

    /// Fills `row` for one series; gives the largest number of samples that a window held.
    private func run<Kernel: RangeKernel>(
        _ kernel: inout Kernel, _ series: RangeSeries, _ context: RangeContext, _ times: Timeline,
        _ row: inout [Double], _ boxes: inout [HistogramBox?]
    ) -> Int {
        boxes.removeAll(keepingCapacity: true)
        if series.histograms.isEmpty {
            let column = FloatColumn(times: series.times, values: series.values, starts: series.starts)
            if let peak = slide(&kernel, column, HistogramColumn(), context, times, &row, &boxes, mayBeStale: true) {
                return peak
            }
            boxes.removeAll(keepingCapacity: true)
        }
        let split = SplitSeries(series)
        return slide(&kernel, split.floats, split.histograms, context, times, &row, &boxes, mayBeStale: false) ?? 0
    }

    /// Moves the window over one series.
    /// - Returns: nil when a staleness marker came into it, which must not be there.
    private func slide<Kernel: RangeKernel>(
        _ kernel: inout Kernel, _ floats: FloatColumn, _ histograms: HistogramColumn, _ context: RangeContext,
        _ times: Timeline, _ row: inout [Double], _ boxes: inout [HistogramBox?], mayBeStale: Bool
    ) -> Int? {
        let range = context.range
        let reach = range.reach(lookback: lookback)
        kernel.begin()
        return floats.times.withUnsafeBufferPointer { stamps in
            floats.values.withUnsafeBufferPointer { values in
                floats.starts.withUnsafeBufferPointer { starts in
                    var window = RangeWindow(times: stamps, values: values, starts: starts, histograms: histograms)
                    let first = range.reference(times.start) - range.window - reach.before
                    var low = TimeSearch.countThrough(stamps, first)
                    var high = low
                    var lowBox = 0
                    var highBox = 0
                    var peak = 0
                    for step in 0..<times.count {
                        let end = range.reference(times.time(step))
                        let minimum = end - range.window - reach.before
                        let maximum = end + reach.behind
                        while low < stamps.count, stamps[low] <= minimum { low += 1 }
                        if high < low { high = low }
                        while high < stamps.count, stamps[high] <= maximum {
                            if mayBeStale, StaleMarker.isStale(values[high]) { return nil }
                            high += 1
                        }
                        if !histograms.times.isEmpty {
                            while lowBox < histograms.times.count, histograms.times[lowBox] <= minimum { lowBox += 1 }
                            if highBox < lowBox { highBox = lowBox }
                            while highBox < histograms.times.count, histograms.times[highBox] <= maximum {
                                highBox += 1
                            }
                        }
                        guard low < high || lowBox < highBox else {
                            row[step] = Cell.absent
                            continue
                        }
                        peak = max(peak, high - low + highBox - lowBox)
                        window.floats = low..<high
                        window.boxes = lowBox..<highBox
                        window.time = times.time(step)
                        window.rangeStart = end - range.window
                        window.rangeEnd = end
                        context.step = step
                        row[step] = kernel.value(window, context)
                        if Cell.isHistogram(row[step]) {
                            if boxes.isEmpty { boxes = Array(repeating: nil, count: times.count) }
                            boxes[step] = context.histogram
                        }
                    }
                    return peak
                }
            }
        }
    }

    /// Remarks that a rate was taken of what seems to be no counter.
    private func remarkNonCounter(_ call: CallPlan, _ labels: Labels, _ row: [Double], _ position: PositionRange) {
        guard call.function == "rate" || call.function == "increase" else { return }
        let name = labels.metricName
        guard !name.isEmpty, row.contains(where: Cell.isFloat) else { return }
        if looksAtTypeLabels {
            let type = labels.value(of: "__type__")
            if type != "counter", type != "histogram" {
                notes.inform(
                    "metric might not be a counter, __type__ label is not set to \"counter\" or \"histogram\", got "
                        + "\(GoQuote.quoted(type)): \(GoQuote.quoted(name))", at: position)
            }
        } else if !["_total", "_sum", "_count", "_bucket"].contains(where: name.hasSuffix) {
            notes.inform(
                "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "
                    + GoQuote.quoted(name), at: position)
        }
    }
}
