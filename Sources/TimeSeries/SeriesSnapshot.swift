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
