import PromQL
import TimeSeries

extension Evaluator {
    /// What a cell of an instant selector shows of the sample it found.
    enum Shown {
        case value
        /// Its own time in seconds.
        case time
        /// Its start timestamp in seconds.
        case startTime
    }

    /// Evaluates an instant selector: at each step the newest sample within the lookback that no marker has ended.
    func select(_ selector: SelectorPlan, _ times: Timeline, showing shown: Shown = .value)
        throws(QueryError) -> StepTable
    {
        if selector.edges == .smoothed { return try smoothed(selector, times) }
        let all = responses[selector.request].series
        var table = StepTable(steps: times.count)
        table.labels.reserveCapacity(all.count)
        table.values.reserveCapacity(min(all.count * times.count, 1 << 22))
        var samples = 0
        var row = [Double](repeating: Cell.absent, count: times.count)
        var indexes = [Int](repeating: -1, count: times.count)
        for (number, series) in all.enumerated() {
            if number & 0xFF == 0 { try check() }
            let found =
                times.count == 1
                ? newest(series, selector.reference(times.start), &row, &indexes)
                : newest(series, selector, times, &row, &indexes)
            guard found else { continue }
            switch shown {
            case .value: break
            case .time:
                for step in row.indices where Cell.isPresent(row[step]) {
                    row[step] = Double(series.timestamps[indexes[step]]) / 1000
                }
            case .startTime:
                for step in row.indices where Cell.isPresent(row[step]) {
                    let start = series.startTimestamps.isEmpty ? 0 : series.startTimestamps[indexes[step]]
                    row[step] = Double(start) / 1000
                }
            }
            table.labels.append(series.labels)
            table.values.append(contentsOf: row)
            samples += row.count(where: Cell.isPresent)
            try checkGrowth(cells: table.values.count, samples: samples)
            if table.hasHistograms {
                table.histograms.append(contentsOf: repeatElement(nil, count: times.count))
            }
            if shown == .value, !series.histograms.isEmpty { setHistograms(series, indexes, selector, &table) }
        }
        table.dropsName = [Bool](repeating: false, count: table.rows)
        return table
    }

    /// One step: finds the sample and writes its value to `row[0]`.
    @inline(__always)
    private func newest(_ series: Series, _ reference: Int64, _ row: inout [Double], _ indexes: inout [Int]) -> Bool {
        let index = series.timestamps.withUnsafeBufferPointer { TimeSearch.countThrough($0, reference) } - 1
        guard index >= 0, series.timestamps[index] > reference - lookback else { return false }
        let value = series.values[index]
        if StaleMarker.isStale(value) { return false }
        row[0] = value
        indexes[0] = index
        return true
    }

    private func newest(
        _ series: Series, _ selector: SelectorPlan, _ times: Timeline, _ row: inout [Double], _ indexes: inout [Int]
    ) -> Bool {
        series.timestamps.withUnsafeBufferPointer { stamps in
            series.values.withUnsafeBufferPointer { values in
                var index = TimeSearch.countThrough(stamps, selector.reference(times.start)) - 1
                var found = false
                for step in 0..<times.count {
                    let reference = selector.reference(times.time(step))
                    while index + 1 < stamps.count, stamps[index + 1] <= reference { index += 1 }
                    if index >= 0, stamps[index] > reference - lookback, !StaleMarker.isStale(values[index]) {
                        row[step] = values[index]
                        indexes[step] = index
                        found = true
                    } else {
                        row[step] = Cell.absent
                        indexes[step] = -1
                    }
                }
                return found
            }
        }
    }

    /// Replaces the sums in the last row by the histograms they belong to.
    private func setHistograms(
        _ series: Series, _ indexes: [Int], _ selector: SelectorPlan, _ table: inout StepTable
    ) {
        let base = table.values.count - table.steps
        var last: (index: Int, box: HistogramBox)?
        for step in 0..<table.steps where Cell.isPresent(table.values[base + step]) {
            let index = indexes[step]
            if let last, last.index == index {
                table.setHistogram(last.box, at: base + step)
            } else if let histogram = series.histograms[index] {
                var shown = histogram
                if selector.needsStatsOnly {
                    shown = histogram.stats(after: series.histograms[..<index].last { $0 != nil } ?? nil)
                }
                let box = HistogramBox(shown)
                last = (index, box)
                table.setHistogram(box, at: base + step)
            }
        }
    }

    /// Evaluates a smoothed instant selector: interpolates between the samples around each step.
    private func smoothed(_ selector: SelectorPlan, _ times: Timeline) throws(QueryError) -> StepTable {
        var table = StepTable(steps: times.count)
        for series in responses[selector.request].series {
            try check()
            let split = SplitSeries(ranged(series))
            var row = [Double](repeating: Cell.absent, count: times.count)
            for step in 0..<times.count {
                let reference = selector.reference(times.time(step))
                let window = split.floats.window(after: reference - lookback, through: reference + lookback)
                let boxes = split.histograms.window(after: reference - lookback, through: reference + lookback)
                if !boxes.isEmpty {
                    throw .execution("smoothed and anchored modifiers do not work with native histograms")
                }
                row[step] = Self.smoothedValue(split.floats, window, at: reference)
            }
            guard row.contains(where: Cell.isPresent) else { continue }
            table.labels.append(series.labels)
            table.dropsName.append(false)
            table.values += row
        }
        return table
    }

    private static func smoothedValue(_ column: FloatColumn, _ window: Range<Int>, at time: Int64) -> Double {
        guard let next = window.first(where: { column.times[$0] >= time }) else {
            return window.isEmpty ? Cell.absent : column.values[window.upperBound - 1]
        }
        if column.times[next] == time { return column.values[next] }
        if next == window.lowerBound { return Cell.absent }
        return ExtendedRange.interpolate(column, next - 1, next, at: time, isCounter: false)
    }
}
