import TimeSeries

/// What a body of remote write says.
public struct RemoteWriteBody: Sendable {
    /// A series that cannot be.
    public struct Refusal: Hashable, Sendable {
        /// How many of ``RemoteWriteBody/samples`` stood before it.
        public var place: Int
        /// In Prometheus' words.
        public var reason: String
    }

    /// Series with samples, in the sender's order; samples too.
    public var samples = SampleBatch()
    /// What is told of metrics.
    public var metadata: [RemoteWriteRequest.Metadata] = []
    /// How many exemplars there were; they are not kept.
    public var exemplars = 0
    /// Of version 2 only: version 1 leaves such series out silently.
    public var refusals: [Refusal] = []

    /// The same series one by one.
    public var series: [Series] { (0..<samples.count).map { samples.series(at: $0) } }
}
