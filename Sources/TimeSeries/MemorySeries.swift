/// One series in the store; guarded by the store's lock.
///
/// What each new float touches stands together, so that it is in few lines of the processor's cache.
final class MemorySeries {
    static let samplesPerChunk = 120

    let labels: Labels
    private(set) var last: Int64 = .min
    private var floats = FloatChunkEncoder()
    /// Nil until the first native histogram comes.
    private var histograms: HistogramRun?
    private(set) var chunks: [StoreChunk] = []

    init(labels: Labels) { self.labels = labels }

    var isEmpty: Bool { chunks.isEmpty && head == nil }

    /// How long the labels are.
    var labelBytes: Int { labels.bytes.count }

    var first: Int64? { chunks.first?.first ?? head?.first }

    var sampleCount: Int { chunks.reduce(floats.count + (histograms?.times.count ?? 0)) { $0 + $1.count } }

    /// Bytes held, about.
    var byteCount: Int { chunks.reduce(head?.byteCount ?? 0) { $0 + $1.byteCount } }

    /// The run that grows.
    var head: StoreChunk? {
        if floats.count > 0 { return .floats(floats.chunk) }
        guard let histograms, !histograms.isEmpty else { return nil }
        return .histograms(histograms.times, histograms.histograms)
    }

    /// Whether a sample later than all others is the same as the last one.
    func isLast(_ value: SampleValue) -> Bool {
        switch value {
        case .float(let float): histograms?.last == nil && floats.lastBits == float.bitPattern
        case .histogram(let histogram): histograms?.last?.equals(histogram) ?? false
        }
    }

    /// Whether the last sample is a histogram that ends the series.
    var endsWithStaleHistogram: Bool { histograms?.last?.isStale ?? false }

    /// Whether the last sample is a histogram.
    var endsWithHistogram: Bool { histograms?.last != nil }

    /// The value of the last sample; nil when it is a histogram.
    var lastFloat: Double? { endsWithHistogram ? nil : Double(bitPattern: floats.lastBits) }

    /// Appends a sample later than all others.
    /// - Returns: bytes by which the series grew, about.
    @inline(__always)
    func append(_ value: Double, at time: Int64) -> Int {
        var grown = histograms == nil ? 0 : endHistograms()
        grown += floats.append(value, at: time)
        last = time
        return floats.count >= Self.samplesPerChunk ? grown + seal() : grown
    }

    /// Appends a histogram later than all other samples.
    /// - Returns: bytes by which the series grew, about.
    func append(_ histogram: FloatHistogram, at time: Int64) -> Int {
        var grown = floats.count > 0 ? seal() : 0
        let run = histograms ?? HistogramRun()
        histograms = run
        grown += run.append(histogram, at: time)
        last = time
        return run.times.count >= Self.samplesPerChunk ? grown + seal() : grown
    }

    private func endHistograms() -> Int {
        guard let histograms else { return 0 }
        histograms.last = nil
        return histograms.isEmpty ? 0 : seal()
    }

    private func seal() -> Int {
        if floats.count > 0 {
            let before = floats.byteCount
            let chunk = StoreChunk.floats(floats.sealed)
            floats = FloatChunkEncoder(continuing: floats)
            chunks.append(chunk)
            return chunk.byteCount - before
        }
        guard let histograms, !histograms.isEmpty else { return 0 }
        chunks.append(.histograms(histograms.times, histograms.histograms))
        histograms.removeAll()
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
            histograms?.removeAll()
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
