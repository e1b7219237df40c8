/// A series of the store as a reader took it along: its samples are still compressed.
public struct PackedSeries: Sendable {
    private let snapshot: SeriesSnapshot
    /// Samples before are no longer given out, in milliseconds.
    private let oldest: Int64

    init(_ snapshot: SeriesSnapshot, oldest: Int64) {
        self.snapshot = snapshot
        self.oldest = oldest
    }

    /// What identifies the series.
    public var labels: Labels { snapshot.labels }

    /// Whether there are native histograms among the samples, so that ``series(from:to:)`` must be asked.
    public var hasHistograms: Bool { snapshot.hasHistograms }

    /// All samples from `start` to `end` in milliseconds, both included.
    public func series(from start: Int64, to end: Int64) -> Series {
        snapshot.series(from: max(start, oldest), to: end)
    }

    /// Replaces what `buffer` holds by the floats from `start` to `end` in milliseconds, both included.
    public func read(from start: Int64, to end: Int64, into buffer: SampleBuffer) {
        snapshot.read(from: max(start, oldest), to: end, into: buffer)
    }
}
