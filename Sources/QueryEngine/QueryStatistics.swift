/// What a query cost, as the API's parameter `stats` asks for it.
///
/// - Source: prometheus/prometheus util/stats, by its answers.
public struct QueryStatistics: Sendable, Hashable {
    /// Samples that were read: one in the windows of ten steps counts ten times, a native histogram by its size.
    public var samples: Int
    /// The most samples that were held in memory at once.
    public var peakSamples: Int
    /// Time until the samples had been fetched.
    public var preparation: Duration = .zero
    /// Time of the evaluation itself.
    public var evaluation: Duration = .zero

    init(samples: Int, peakSamples: Int) {
        self.samples = samples
        self.peakSamples = peakSamples
    }
}
