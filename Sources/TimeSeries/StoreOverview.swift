/// What a store holds, counted by metrics and labels; the largest first.
///
/// - Source: prometheus/prometheus web/api/v1, `/api/v1/status/tsdb`.
public struct StoreOverview: Sendable {
    /// A name and how many there are of it.
    public typealias Count = (name: String, value: Int)

    /// Series.
    public var series = 0
    /// Different pairs of a label and its value.
    public var labelPairs = 0
    /// Runs of samples.
    public var chunks = 0
    /// The oldest sample, milliseconds; nil when there is none.
    public var oldest: Int64?
    /// The newest.
    public var newest: Int64?
    /// Series of each metric.
    public var seriesOfMetrics: [Count] = []
    /// Values of each label.
    public var valuesOfLabels: [Count] = []
    /// Bytes of each label's values, about.
    public var bytesOfLabels: [Count] = []
    /// Series with each `label=value`.
    public var seriesOfPairs: [Count] = []

    /// Nothing.
    public init() {}

    /// The `limit` largest of each list, equal ones by name.
    mutating func cut(to limit: Int) {
        func largest(_ counts: [Count]) -> [Count] {
            Array(counts.sorted { ($1.value, $0.name) < ($0.value, $1.name) }.prefix(limit))
        }
        seriesOfMetrics = largest(seriesOfMetrics)
        valuesOfLabels = largest(valuesOfLabels)
        bytesOfLabels = largest(bytesOfLabels)
        seriesOfPairs = largest(seriesOfPairs)
    }
}
