/// A sealed run of samples.
enum StoreChunk: Sendable {
    case floats(FloatChunk)
    case histograms([Int64], [FloatHistogram])

    var first: Int64 {
        switch self {
        case .floats(let chunk): chunk.first
        case .histograms(let times, _): times.first ?? 0
        }
    }

    var last: Int64 {
        switch self {
        case .floats(let chunk): chunk.last
        case .histograms(let times, _): times.last ?? 0
        }
    }

    var count: Int {
        switch self {
        case .floats(let chunk): chunk.count
        case .histograms(let times, _): times.count
        }
    }

    /// Bytes held, about.
    var byteCount: Int {
        switch self {
        case .floats(let chunk): 96 + chunk.words.count * 8
        case .histograms(_, let histograms): 96 + histograms.reduce(0) { $0 + $1.byteCount + 8 }
        }
    }

    /// Appends the samples from `start` to `end` to a series.
    func decode(from start: Int64, to end: Int64, into series: inout Series) {
        switch self {
        case .floats(let chunk):
            let before = series.count
            chunk.decode(from: start, to: end, into: &series)
            if !series.histograms.isEmpty {
                series.histograms.append(contentsOf: repeatElement(nil, count: series.count - before))
            }
        case .histograms(let times, let histograms):
            for (index, time) in times.enumerated() where time >= start && time <= end {
                series.append(.histogram(histograms[index]), at: time)
            }
        }
    }
}

extension FloatHistogram {
    /// Bytes held, about.
    var byteCount: Int {
        200 + 8 * (positiveBuckets.count + negativeBuckets.count + customValues.count)
            + 8 * (positiveSpans.count + negativeSpans.count)
    }
}
