/// A native histogram with float counts, exponential or with custom buckets.
///
/// Buckets are sparse: spans say which indexes are populated, `positiveBuckets` and `negativeBuckets` hold absolute
/// counts for them. Bucket i of schema s reaches from 2^((i−1)·2^−s), excluded, to 2^(i·2^−s), included.
///
/// - Source: prometheus/prometheus model/histogram, FloatHistogram.
public struct FloatHistogram: Hashable, Sendable {
    /// Whether a counter histogram began anew at this sample.
    public enum CounterResetHint: UInt8, Hashable, Sendable {
        case unknown, reset, notReset, gauge
    }

    /// A run of populated buckets.
    public struct Span: Hashable, Sendable {
        /// Gap to the end of the span before; for the first the index of its first bucket.
        public var offset: Int32
        /// How many buckets the run has.
        public var length: UInt32

        /// A run of `length` buckets, `offset` behind the last.
        public init(offset: Int32, length: UInt32) {
            self.offset = offset
            self.length = length
        }
    }

    /// The schema that means custom bounds.
    public static let customBucketsSchema: Int32 = -53

    /// What is known of resets.
    public var counterResetHint: CounterResetHint
    /// −4…8: resolution of exponential buckets; −53: custom bounds.
    public var schema: Int32
    /// Width of the zero bucket: observations with magnitude up to it.
    public var zeroThreshold: Double
    /// Observations in the zero bucket.
    public var zeroCount: Double
    /// All observations.
    public var count: Double
    /// Sum of all observations.
    public var sum: Double
    /// Which positive (or custom) buckets there are.
    public var positiveSpans: [Span]
    /// Which negative buckets there are.
    public var negativeSpans: [Span]
    /// Counts of the positive (or custom) buckets.
    public var positiveBuckets: [Double]
    /// Counts of the negative buckets.
    public var negativeBuckets: [Double]
    /// Upper bounds of custom buckets, ascending, without +Inf.
    public var customValues: [Double]

    /// A histogram; empty unless said otherwise.
    public init(
        counterResetHint: CounterResetHint = .unknown, schema: Int32 = 0, zeroThreshold: Double = 0,
        zeroCount: Double = 0,
        count: Double = 0, sum: Double = 0, positiveSpans: [Span] = [], negativeSpans: [Span] = [],
        positiveBuckets: [Double] = [], negativeBuckets: [Double] = [], customValues: [Double] = []
    ) {
        self.counterResetHint = counterResetHint
        self.schema = schema
        self.zeroThreshold = zeroThreshold
        self.zeroCount = zeroCount
        self.count = count
        self.sum = sum
        self.positiveSpans = positiveSpans
        self.negativeSpans = negativeSpans
        self.positiveBuckets = positiveBuckets
        self.negativeBuckets = negativeBuckets
        self.customValues = customValues
    }

    /// Whether the bounds are custom ones.
    public var usesCustomBuckets: Bool { schema == Self.customBucketsSchema }

    /// The sample that ends a series.
    public var isStale: Bool { StaleMarker.isStale(sum) }
}
