/// The native histograms of a series that are not sealed yet, and the last one of all.
final class HistogramRun {
    private(set) var times: [Int64] = []
    private(set) var histograms: [FloatHistogram] = []
    /// The series' last sample when that is a histogram.
    var last: FloatHistogram?

    var isEmpty: Bool { histograms.isEmpty }

    /// Appends a histogram later than all other samples.
    /// - Returns: bytes by which the run grew, about.
    func append(_ histogram: FloatHistogram, at time: Int64) -> Int {
        var kept = histogram
        kept.counterResetHint = histogram.storedHint(after: last)
        histograms.append(kept)
        times.append(time)
        last = kept
        return kept.byteCount + 8
    }

    /// Forgets the run, the last histogram not.
    func removeAll() {
        times = []
        histograms = []
    }
}
