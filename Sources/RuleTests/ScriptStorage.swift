import TimeSeries

/// The storage that scripts fill: whole series in memory, as a source for plans.
struct ScriptStorage: Sendable {
    private var all: [Labels: Series] = [:]
    private var lastHistograms: [Labels: FloatHistogram] = [:]

    /// Why samples were not taken.
    struct Failure: Error {
        var message: String
    }

    /// Carries out a `load`.
    mutating func add(_ load: PromQLScript.Load) throws(Failure) {
        for labels in load.order {
            guard let line = load.series[labels] else { continue }
            for (index, value) in line.values.enumerated() {
                guard let sample = value.sample else { continue }
                let time = Int64(index) &* load.step
                let offset = index < line.startOffsets.count ? line.startOffsets[index] : nil
                try append(sample, labels, at: time, startTimestamp: offset.map { time &+ $0 })
            }
        }
        guard load.convertsClassicHistograms else { return }
        for series in ClassicHistogramConversion.convert(load) {
            for index in 0..<series.count {
                try append(series.sample(at: index), series.labels, at: series.timestamps[index], startTimestamp: nil)
            }
        }
    }

    private mutating func append(_ value: SampleValue, _ labels: Labels, at time: Int64, startTimestamp: Int64?)
        throws(Failure)
    {
        var value = value
        var series = all.removeValue(forKey: labels) ?? Series(labels: labels)
        defer { all[labels] = series }
        if let last = series.timestamps.last, time <= last {
            if time == last, Series(labels: labels, sample: value, at: time) == series.suffix { return }
            throw Failure(message: "\(labels): sample at \(time) ms is out of order")
        }
        if case .histogram(var histogram) = value {
            histogram.counterResetHint = histogram.storedHint(after: lastHistograms[labels])
            value = .histogram(histogram)
            lastHistograms[labels] = histogram
        } else {
            lastHistograms[labels] = nil
        }
        series.append(value, at: time, startTimestamp: startTimestamp)
    }

    /// Answers a request of a plan.
    func answer(_ request: SeriesRequest) -> SeriesResponse {
        var found: [Series] = []
        for (labels, series) in all where request.matchers.allMatch(labels) {
            let part = series.part(from: request.start.milliseconds, to: request.end.milliseconds)
            if part.count > 0 { found.append(part) }
        }
        return SeriesResponse(series: found)
    }
}

extension Series {
    fileprivate init(labels: Labels, sample: SampleValue, at time: Int64) {
        self.init(labels: labels)
        append(sample, at: time)
    }

    /// The last sample alone.
    fileprivate var suffix: Series? {
        count == 0 ? nil : Series(labels: labels, sample: sample(at: count - 1), at: timestamps[count - 1])
    }

    /// The samples of a closed range of milliseconds.
    fileprivate func part(from start: Int64, to end: Int64) -> Series {
        let first = timestamps.firstIndex { $0 >= start } ?? count
        let last = max(first, timestamps.firstIndex { $0 > end } ?? count)
        return Series(
            labels: labels, timestamps: Array(timestamps[first..<last]), values: Array(values[first..<last]),
            histograms: histograms.isEmpty ? [] : Array(histograms[first..<last]),
            startTimestamps: startTimestamps.isEmpty ? [] : Array(startTimestamps[first..<last]))
    }
}
