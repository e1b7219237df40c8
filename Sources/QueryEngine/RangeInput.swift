import TimeSeries

/// The series that a range function gets: selected ones, or the rows of a subquery.
enum RangeInput {
    case selected(SelectedSeries)
    case rows(StepTable, Timeline)

    var count: Int {
        switch self {
        case .selected(let series): series.count
        case .rows(let table, _): table.rows
        }
    }

    func labels(_ number: Int) -> Labels {
        switch self {
        case .selected(let series): series.labels(number)
        case .rows(let table, _): table.labels[number]
        }
    }

    /// Whether the metric's name is still to be dropped.
    func dropsName(_ number: Int) -> Bool {
        switch self {
        case .selected: false
        case .rows(let table, _): table.dropsName[number]
        }
    }

    /// Calls `body` with the columns of one series; `buffer` is room that may be used for them.
    @inline(__always)
    func withColumns<Result>(_ number: Int, _ buffer: SampleBuffer, _ body: (SeriesColumns) -> Result) -> Result {
        switch self {
        case .selected(let series): return series.withColumns(number, buffer, body)
        case .rows(let table, let timeline):
            let histograms = table.readRow(number, timeline, into: buffer)
            return body(
                SeriesColumns(times: buffer.timestamps, values: buffer.values, histograms: histograms))
        }
    }
}

extension StepTable {
    /// Writes the samples of a row to `buffer`.
    /// - Returns: its histograms, as many as samples, or none at all.
    func readRow(_ row: Int, _ timeline: Timeline, into buffer: SampleBuffer) -> [FloatHistogram?] {
        buffer.begin(room: steps)
        var histograms: [FloatHistogram?] = []
        let base = row * steps
        for step in 0..<steps where Cell.isPresent(values[base + step]) {
            if let box = histogram(at: base + step) {
                if histograms.isEmpty { histograms = Array(repeating: nil, count: buffer.count) }
                var histogram = box.value
                // A subquery may skip or repeat samples: what was known of resets holds no longer.
                if histogram.counterResetHint != .gauge { histogram.counterResetHint = .unknown }
                histograms.append(histogram)
                buffer.append(histogram.sum, at: timeline.time(step))
            } else {
                if !histograms.isEmpty { histograms.append(nil) }
                buffer.append(values[base + step], at: timeline.time(step))
            }
        }
        return histograms
    }
}
