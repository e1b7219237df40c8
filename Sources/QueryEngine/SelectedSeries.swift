import TimeSeries

/// Columns of one series, for the time of a closure.
struct SeriesColumns {
    /// Milliseconds, strictly ascending.
    let times: UnsafeBufferPointer<Int64>
    let values: UnsafeBufferPointer<Double>
    /// Empty when unknown or not looked at.
    var starts = UnsafeBufferPointer<Int64>(start: nil, count: 0)
    /// Empty when there is no histogram, else as many as ``times``.
    var histograms: [FloatHistogram?] = []
}

/// The series that a selector may look at: whole ones, then such that are still compressed.
struct SelectedSeries {
    private let whole: [Series]
    private let packed: [PackedSeries]
    private let usesStartTimestamps: Bool
    /// What is looked at at all, in milliseconds, both included.
    private let start: Int64
    private let end: Int64

    init(_ response: SeriesResponse, from start: Int64, to end: Int64, usesStartTimestamps: Bool) {
        whole = response.series
        packed = response.packed
        self.usesStartTimestamps = usesStartTimestamps
        self.start = start
        self.end = end
    }

    var count: Int { whole.count + packed.count }

    /// Whether samples must be decompressed.
    var isPacked: Bool { !packed.isEmpty }

    func labels(_ number: Int) -> Labels {
        number < whole.count ? whole[number].labels : packed[number - whole.count].labels
    }

    /// Calls `body` with the columns of one series; `buffer` is room that may be used for them.
    @inline(__always)
    func withColumns<Result>(_ number: Int, _ buffer: SampleBuffer, _ body: (SeriesColumns) -> Result) -> Result {
        if number < whole.count { return columns(whole[number], body) }
        let series = packed[number - whole.count]
        if series.hasHistograms { return columns(series.series(from: start, to: end), body) }
        series.read(from: start, to: end, into: buffer)
        return body(SeriesColumns(times: buffer.timestamps, values: buffer.values))
    }

    @inline(__always)
    private func columns<Result>(_ series: Series, _ body: (SeriesColumns) -> Result) -> Result {
        series.timestamps.withUnsafeBufferPointer { times in
            series.values.withUnsafeBufferPointer { values in
                guard usesStartTimestamps, !series.startTimestamps.isEmpty else {
                    return body(SeriesColumns(times: times, values: values, histograms: series.histograms))
                }
                return series.startTimestamps.withUnsafeBufferPointer { starts in
                    body(
                        SeriesColumns(times: times, values: values, starts: starts, histograms: series.histograms))
                }
            }
        }
    }
}
