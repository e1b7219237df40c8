/// Why a histogram from outside is refused.
public enum HistogramError: Error, Hashable, Sendable, CustomStringConvertible {
    case unknownSchema(Int32)
    case negativeCount
    case bucketsMissing
    case spanBehind
    case bucketOutOfBounds
    case boundsNotAscending
    case boundsNotFinite
    case unexpectedBounds
    case negativeBucketsWithCustomBounds
    case zeroBucketWithCustomBounds
    case countBelowBuckets

    /// One sentence, lower case.
    public var description: String {
        switch self {
        case .unknownSchema(let schema): "histogram schema \(schema) is neither -4…8 nor -53"
        case .negativeCount: "histogram has a negative count"
        case .bucketsMissing: "histogram spans and buckets do not have the same number of buckets"
        case .spanBehind: "histogram span has a negative offset"
        case .bucketOutOfBounds: "histogram has more buckets than bounds"
        case .boundsNotAscending: "histogram custom bounds do not ascend"
        case .boundsNotFinite: "histogram custom bounds are not finite"
        case .unexpectedBounds: "histogram with exponential buckets has custom bounds"
        case .negativeBucketsWithCustomBounds: "histogram with custom buckets has negative buckets"
        case .zeroBucketWithCustomBounds: "histogram with custom buckets has a zero bucket"
        case .countBelowBuckets: "histogram has more observations in its buckets than in all"
        }
    }
}

extension FloatHistogram {
    /// Checks what arithmetic relies on, and that the counts can be those of a counter or gauge from outside.
    /// - Throws: the first thing that is wrong.
    /// - Source: prometheus/prometheus model/histogram, FloatHistogram.Validate.
    public func validate() throws(HistogramError) {
        try validateStructure()
        if count < 0 || zeroCount < 0 || positiveBuckets.contains(where: { $0 < 0 })
            || negativeBuckets.contains(where: { $0 < 0 })
        {
            throw .negativeCount
        }
        let inBuckets = positiveBuckets.reduce(0, +) + negativeBuckets.reduce(0, +) + zeroCount
        // Floats may be a little off; a sum of NaN says that observations of NaN are in no bucket.
        if !sum.isNaN, inBuckets > count, inBuckets - count > 1e-9 * inBuckets { throw .countBelowBuckets }
    }

    /// Checks only what arithmetic relies on: schema, spans, bounds.
    /// - Throws: the first thing that is wrong.
    public func validateStructure() throws(HistogramError) {
        try validateSpans()
        if usesCustomBuckets {
            if !negativeBuckets.isEmpty || !negativeSpans.isEmpty { throw .negativeBucketsWithCustomBounds }
            if zeroCount != 0 || zeroThreshold != 0 { throw .zeroBucketWithCustomBounds }
            for (place, bound) in customValues.enumerated() {
                if !bound.isFinite { throw .boundsNotFinite }
                if place > 0, customValues[place - 1] >= bound { throw .boundsNotAscending }
            }
            let sparse = SparseBuckets(positiveSpans, positiveBuckets)
            if let first = sparse.indexes.first, first < 0 { throw .bucketOutOfBounds }
            if let last = sparse.indexes.last, Int(last) > customValues.count { throw .bucketOutOfBounds }
        } else {
            guard ExponentialBounds.schemas.contains(schema) else { throw .unknownSchema(schema) }
            if !customValues.isEmpty { throw .unexpectedBounds }
        }
    }

    /// Checks only that spans and buckets belong together.
    /// - Throws: the first thing that is wrong.
    public func validateSpans() throws(HistogramError) {
        try Self.check(positiveSpans, positiveBuckets.count)
        try Self.check(negativeSpans, negativeBuckets.count)
    }

    private static func check(_ spans: [Span], _ buckets: Int) throws(HistogramError) {
        var total = 0
        var end: Int64 = 0
        for (place, span) in spans.enumerated() {
            if place > 0, span.offset < 0 { throw .spanBehind }
            total += Int(span.length)
            end += Int64(span.offset) + Int64(span.length)
            if Int32(exactly: end) == nil { throw .spanBehind }
        }
        if total != buckets { throw .bucketsMissing }
    }
}
