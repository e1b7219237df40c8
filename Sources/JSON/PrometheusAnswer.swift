import Base
internal import CSimdJSON

/// An answer of Prometheus' query API as flat columns, which live as long as this value.
///
/// Series are counted from 0; each has a range of ``values`` (with ``timestamps``), and of histograms.
///
/// - Source: prometheus/prometheus docs/querying/api.md, expression query result formats.
public struct PrometheusAnswer: ~Copyable {
    /// What `resultType` said.
    public enum Kind: Sendable {
        /// There was no result.
        case none
        case vector, matrix, scalar, string
    }

    /// One bucket of a native histogram.
    public struct Bucket: Hashable, Sendable {
        /// 0: lower bound excluded, upper included; 1: the other way round; 2: both excluded; 3: both included.
        public var boundaries: Int
        /// Lower bound.
        public var lower: Double
        /// Upper bound.
        public var upper: Double
        /// Observations, not cumulative.
        public var count: Double

        /// A bucket.
        public init(boundaries: Int, lower: Double, upper: Double, count: Double) {
            self.boundaries = boundaries
            self.lower = lower
            self.upper = upper
            self.count = count
        }
    }

    /// One native histogram; only its populated buckets are known.
    public struct Histogram: Hashable, Sendable {
        /// Milliseconds since the epoch.
        public var timestamp: Int64
        /// All observations.
        public var count: Double
        /// Sum of all observations.
        public var sum: Double
        /// Ascending.
        public var buckets: [Bucket]

        /// A histogram.
        public init(timestamp: Int64, count: Double, sum: Double, buckets: [Bucket]) {
            self.timestamp = timestamp
            self.count = count
            self.sum = sum
            self.buckets = buckets
        }
    }

    private let raw: ruleval_answer

    /// Bytes behind a text that the reader may look at; see ``init(_:)``.
    public static let padding = Int(RULEVAL_JSON_PADDING)

    /// Reads a body; it is changed (padding is appended) but not kept.
    /// - Throws: ``JSONError`` when `body` is not such an answer; an answer that reports an error is one.
    public init(_ body: consuming [UInt8]) throws(JSONError) {
        let count = body.count
        body.reserveCapacity(count + Self.padding)
        body.append(contentsOf: repeatElement(0x20, count: Self.padding))
        var answer = ruleval_answer()
        body.withUnsafeBytes { bytes in
            ruleval_answer_read(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), count, &answer)
        }
        guard answer.failed == 0 else {
            let message = withUnsafeBytes(of: answer.message) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            let offset = answer.offset
            ruleval_answer_free(&answer)
            throw JSONError(
                message, offset: offset,
                position: body.withUnsafeBufferPointer { JSONParser.position(of: offset, in: $0) })
        }
        raw = answer
    }

    deinit {
        var answer = raw
        ruleval_answer_free(&answer)
    }

    /// Whether `status` was `success`.
    public var isSuccess: Bool { raw.success != 0 }
    /// `errorType`, empty without.
    public var errorType: String { text(raw.error_type) }
    /// `error`, empty without.
    public var error: String { text(raw.error) }
    /// The value of a string result.
    public var string: String { text(raw.text) }
    /// `warnings`
    public var warnings: [String] { (0..<raw.warning_count).map { text(raw.warnings[$0]) } }
    /// `infos`
    public var infos: [String] { (0..<raw.info_count).map { text(raw.infos[$0]) } }

    /// What `resultType` said.
    public var kind: Kind {
        switch raw.kind {
        case RULEVAL_ANSWER_VECTOR: .vector
        case RULEVAL_ANSWER_MATRIX: .matrix
        case RULEVAL_ANSWER_SCALAR: .scalar
        case RULEVAL_ANSWER_STRING: .string
        default: .none
        }
    }

    /// How many series there are.
    public var seriesCount: Int { raw.series_count }
    /// All float samples, series after series; a scalar's only one.
    public var values: UnsafeBufferPointer<Double> { .init(start: raw.values, count: raw.sample_count) }
    /// The instants of ``values`` in milliseconds; for a string its only one.
    public var timestamps: UnsafeBufferPointer<Int64> {
        .init(start: raw.timestamps, count: raw.kind == RULEVAL_ANSWER_STRING ? 1 : raw.sample_count)
    }

    /// Where the samples of a series stand.
    public func samples(ofSeries index: Int) -> Range<Int> { range(raw.sample_ends, index) }

    /// How many histograms a series has.
    public func histogramCount(ofSeries index: Int) -> Int { range(raw.histogram_ends, index).count }

    /// The histograms of a series, in time order.
    public func histograms(ofSeries index: Int) -> [Histogram] {
        range(raw.histogram_ends, index).map { place in
            let histogram = raw.histograms[place]
            let buckets = (Int(histogram.bucket_start)..<Int(histogram.bucket_end)).map { place in
                let bucket = raw.buckets[place]
                return Bucket(
                    boundaries: Int(bucket.boundaries), lower: bucket.lower, upper: bucket.upper, count: bucket.count)
            }
            return Histogram(
                timestamp: histogram.timestamp, count: histogram.count, sum: histogram.sum, buckets: buckets)
        }
    }

    /// Calls `body` with the UTF-8 of name and value of each label of a series, in the order of the text.
    public func forEachLabel(
        ofSeries index: Int, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Void
    ) {
        guard let arena = raw.arena else { return }
        arena.withMemoryRebound(to: UInt8.self, capacity: 1) { bytes in
            for place in range(raw.label_ends, index) {
                let label = raw.labels[place]
                body(
                    UnsafeBufferPointer(start: bytes + Int(label.name), count: Int(label.value - label.name)),
                    UnsafeBufferPointer(start: bytes + Int(label.value), count: Int(label.end - label.value)))
            }
        }
    }

    private func range(_ ends: UnsafePointer<UInt32>?, _ index: Int) -> Range<Int> {
        precondition(index >= 0 && index < raw.series_count, "no such series in the answer")
        guard let ends else { return 0..<0 }
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    private func text(_ span: ruleval_json_span) -> String {
        guard let arena = raw.arena else { return "" }
        let bytes = UnsafeRawBufferPointer(start: arena + Int(span.start), count: Int(span.end - span.start))
        return String(decoding: bytes, as: UTF8.self)
    }
}
