/// Samples of many series side by side, as a sender's body brings them.
///
/// All label sets, times and values stand one behind the other in one array each: of the thousands of series of a body
/// none asks for memory of its own.
public struct SampleBatch: Sendable {
    /// Labels, packed, and samples of one series.
    struct Entry: Sendable {
        /// As ``Labels/hash``.
        var hash: UInt64
        /// Bytes in ``SampleBatch/packed``.
        var labels: Range<Int>
        /// Places in ``SampleBatch/times``; never empty.
        var samples: Range<Int>
        /// Place in ``SampleBatch/columns``; -1 for floats only.
        var column: Int
    }

    var packed = FrozenBytes.none
    var entries: [Entry] = []
    var times: [Int64] = []
    var values: [Double] = []
    /// Of the series that have native histograms, as many as samples each.
    var columns: [[FloatHistogram?]] = []

    /// No samples.
    public init() {}

    /// How many series there are.
    public var count: Int { entries.count }

    /// The labels of a series.
    public func labels(at place: Int) -> Labels { Labels(packed: Array(packed.bytes[entries[place].labels])) }

    /// A series with its samples, in the sender's order.
    public func series(at place: Int) -> Series {
        let entry = entries[place]
        return Series(
            labels: labels(at: place), timestamps: Array(times[entry.samples]), values: Array(values[entry.samples]),
            histograms: entry.column < 0 ? [] : columns[entry.column])
    }

    /// A sample by its place among those of all series.
    func sample(at place: Int, of entry: Entry) -> SampleValue {
        if entry.column >= 0, let histogram = columns[entry.column][place - entry.samples.lowerBound] {
            return .histogram(histogram)
        }
        return .float(values[place])
    }
}
