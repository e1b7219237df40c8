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

/// What a reader takes along: chunks shared with the store, which never changes them.
struct SeriesSnapshot: Sendable {
    var labels: Labels
    var chunks: ArraySlice<StoreChunk>
    var head: StoreChunk?

    /// Whether a chunk holds native histograms.
    var hasHistograms: Bool {
        if case .histograms? = head { return true }
        return chunks.contains { chunk in
            if case .histograms = chunk { return true }
            return false
        }
    }

    /// The samples from `start` to `end`.
    func series(from start: Int64, to end: Int64) -> Series {
        var series = Series(labels: labels)
        let most = chunks.reduce(head?.count ?? 0) { $0 + $1.count }
        if !hasHistograms {
            var count = 0
            series.values = [Double](unsafeUninitializedCapacity: most) { values, found in
                series.timestamps = [Int64](unsafeUninitializedCapacity: most) { times, alsoFound in
                    if let values = values.baseAddress, let times = times.baseAddress {
                        forEachFloatChunk(from: start, to: end) { chunk in
                            count += chunk.decode(from: start, to: end, times: times + count, values: values + count)
                        }
                    }
                    alsoFound = count
                }
                found = count
            }
            return series
        }
        series.timestamps.reserveCapacity(most)
        series.values.reserveCapacity(most)
        for chunk in chunks { chunk.decode(from: start, to: end, into: &series) }
        head?.decode(from: start, to: end, into: &series)
        return series
    }

    /// Replaces what `buffer` holds by the floats from `start` to `end`.
    func read(from start: Int64, to end: Int64, into buffer: SampleBuffer) {
        var most = 0
        forEachFloatChunk(from: start, to: end) { most += $0.count }
        buffer.begin(room: most)
        forEachFloatChunk(from: start, to: end) { buffer.append($0, from: start, to: end) }
    }

    @inline(__always)
    private func forEachFloatChunk(from start: Int64, to end: Int64, _ body: (FloatChunk) -> Void) {
        for chunk in chunks {
            if case .floats(let floats) = chunk, floats.last >= start, floats.first <= end { body(floats) }
        }
        if case .floats(let floats)? = head, floats.last >= start, floats.first <= end { body(floats) }
    }
}

/// One series in the store; guarded by the store's lock.
final class MemorySeries {
    static let samplesPerChunk = 120

    let labels: Labels
    private(set) var chunks: [StoreChunk] = []
    private var floats = FloatChunkEncoder()
    private var histogramTimes: [Int64] = []
    private var histograms: [FloatHistogram] = []
    private(set) var last: Int64 = .min
    private var lastHistogram: FloatHistogram?

    init(labels: Labels) { self.labels = labels }

    var isEmpty: Bool { chunks.isEmpty && floats.count == 0 && histograms.isEmpty }

    var first: Int64? { chunks.first?.first ?? head?.first }

    var sampleCount: Int { chunks.reduce(floats.count + histograms.count) { $0 + $1.count } }

    /// Bytes held, about.
    var byteCount: Int { chunks.reduce(head?.byteCount ?? 0) { $0 + $1.byteCount } }

    /// The run that grows.
    var head: StoreChunk? {
        if floats.count > 0 { return .floats(floats.chunk) }
        return histograms.isEmpty ? nil : .histograms(histogramTimes, histograms)
    }

    /// Whether a sample later than all others is the same as the last one.
    func isLast(_ value: SampleValue) -> Bool {
        switch value {
        case .float(let float): lastHistogram == nil && floats.lastBits == float.bitPattern
        case .histogram(let histogram): lastHistogram?.equals(histogram) ?? false
        }
    }

    /// Whether the last sample is a histogram that ends the series.
    var endsWithStaleHistogram: Bool { lastHistogram?.isStale ?? false }

    /// Whether the last sample is a histogram.
    var endsWithHistogram: Bool { lastHistogram != nil }

    /// The value of the last sample; nil when it is a histogram.
    var lastFloat: Double? { lastHistogram == nil ? Double(bitPattern: floats.lastBits) : nil }

    /// Appends a sample later than all others.
    /// - Returns: bytes by which the series grew, about.
    @inline(__always)
    func append(_ value: Double, at time: Int64) -> Int {
        var grown = histograms.isEmpty ? 0 : seal()
        let before = floats.byteCount
        floats.append(value, at: time)
        grown += floats.byteCount - before
        last = time
        lastHistogram = nil
        return floats.count >= Self.samplesPerChunk ? grown + seal() : grown
    }

    /// Appends a histogram later than all other samples.
    /// - Returns: bytes by which the series grew, about.
    func append(_ histogram: FloatHistogram, at time: Int64) -> Int {
        var grown = floats.count > 0 ? seal() : 0
        var kept = histogram
        kept.counterResetHint = histogram.storedHint(after: lastHistogram)
        histograms.append(kept)
        histogramTimes.append(time)
        grown += kept.byteCount + 8
        last = time
        lastHistogram = kept
        return histograms.count >= Self.samplesPerChunk ? grown + seal() : grown
    }

    private func seal() -> Int {
        let before = floats.count > 0 ? floats.byteCount : 0
        if floats.count > 0 {
            let chunk = StoreChunk.floats(floats.sealed)
            floats = FloatChunkEncoder(continuing: floats)
            chunks.append(chunk)
            return chunk.byteCount - before
        }
        guard !histograms.isEmpty else { return 0 }
        chunks.append(.histograms(histogramTimes, histograms))
        histogramTimes = []
        histograms = []
        return 96
    }

    /// Drops chunks that end before `time`, the growing one too.
    /// - Returns: bytes given up, about.
    func drop(before time: Int64) -> Int {
        let expired = chunks.prefix { $0.last < time }
        var bytes = expired.reduce(0) { $0 + $1.byteCount }
        chunks.removeFirst(expired.count)
        if chunks.isEmpty, let head, head.last < time {
            bytes += floats.count > 0 ? floats.byteCount : head.byteCount - 96
            floats = FloatChunkEncoder(continuing: floats)
            histogramTimes = []
            histograms = []
        }
        return bytes
    }

    /// What a reader of `start` to `end` needs.
    func snapshot(from start: Int64, to end: Int64) -> SeriesSnapshot? {
        guard last >= start else { return nil }
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].last < start { low = middle + 1 } else { high = middle }
        }
        var upper = low
        while upper < chunks.count, chunks[upper].first <= end { upper += 1 }
        let head = self.head.flatMap { $0.first <= end && $0.last >= start ? $0 : nil }
        if low == upper, head == nil { return nil }
        return SeriesSnapshot(labels: labels, chunks: chunks[low..<upper], head: head)
    }
}
