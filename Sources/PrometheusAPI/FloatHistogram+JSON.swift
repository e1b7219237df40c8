internal import Glibc
import JSON
import TimeSeries

extension FloatHistogram {
    /// Finds schema and indexes from the bounds of populated buckets.
    ///
    /// Counts and sum are exact. What the JSON form does not carry is lost: the hint on resets, and the width of an empty
    /// zero bucket. Bounds that fit no exponential schema become custom ones.
    init(_ json: PrometheusAnswer.Histogram) {
        self.init(count: json.count, sum: json.sum)
        counterResetHint = .unknown
        var positive: [(index: Int, count: Double)] = []
        var negative: [(index: Int, count: Double)] = []
        let sides = json.buckets.filter { $0.lower > 0 || $0.upper < 0 }
        let zero = json.buckets.first { $0.lower <= 0 && $0.upper >= 0 && $0.lower == -$0.upper }
        guard sides.count + (zero == nil ? 0 : 1) == json.buckets.count, let schema = Self.schema(of: sides) else {
            useCustomBounds(json.buckets)
            return
        }
        self.schema = schema
        zeroThreshold = zero?.upper ?? 0
        zeroCount = zero?.count ?? 0
        for bucket in sides {
            let outer = max(bucket.upper.magnitude, bucket.lower.magnitude)
            let index = Int((log2(outer) * exp2(Double(schema))).rounded())
            if bucket.lower > 0 {
                positive.append((index, bucket.count))
            } else {
                negative.append((index, bucket.count))
            }
        }
        (positiveSpans, positiveBuckets) = Self.spans(positive)
        (negativeSpans, negativeBuckets) = Self.spans(negative)
    }

    /// The schema whose buckets have these bounds; 0 when there are none, nil when no schema fits.
    private static func schema(of buckets: [PrometheusAnswer.Bucket]) -> Int32? {
        guard let first = buckets.first else { return 0 }
        let ratio = max(first.upper / first.lower, first.lower / first.upper)
        guard ratio > 1, ratio.isFinite else { return nil }
        let exponent = -log2(log2(ratio))
        guard exponent > -4.5, exponent < 8.5 else { return nil }
        let schema = Int32(exponent.rounded())
        let scale = exp2(Double(schema))
        for bucket in buckets {
            let outer = log2(max(bucket.upper.magnitude, bucket.lower.magnitude)) * scale
            let inner = log2(min(bucket.upper.magnitude, bucket.lower.magnitude)) * scale
            guard outer.isFinite, inner.isFinite, (outer - outer.rounded()).magnitude < 1e-6,
                (outer.rounded() - inner - 1).magnitude < 1e-6
            else { return nil }
        }
        return schema
    }

    private static func spans(_ buckets: [(index: Int, count: Double)]) -> ([Span], [Double]) {
        var spans: [Span] = []
        var counts: [Double] = []
        var next = 0
        for (index, count) in buckets.sorted(by: { $0.index < $1.index }) {
            if spans.isEmpty || index != next {
                spans.append(Span(offset: Int32(clamping: spans.isEmpty ? index : index - next), length: 0))
            }
            spans[spans.count - 1].length += 1
            counts.append(count)
            next = index + 1
        }
        return (spans, counts)
    }

    private mutating func useCustomBounds(_ buckets: [PrometheusAnswer.Bucket]) {
        schema = Self.customBucketsSchema
        let sorted = buckets.sorted { $0.upper < $1.upper }
        var bounds: [Double] = []
        for bucket in sorted {
            for bound in [bucket.lower, bucket.upper] where bound.isFinite && bound != bounds.last {
                bounds.append(bound)
            }
        }
        customValues = bounds
        var filled: [(index: Int, count: Double)] = []
        for bucket in sorted {
            filled.append((bounds.firstIndex(of: bucket.upper) ?? bounds.count, bucket.count))
        }
        (positiveSpans, positiveBuckets) = Self.spans(filled)
    }
}
