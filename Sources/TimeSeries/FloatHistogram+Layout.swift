/// Exponential and custom buckets cannot be combined.
public enum HistogramOperationError: Error, Hashable, Sendable {
    /// One histogram has exponential buckets, the other custom ones.
    case mixedSchemas
    /// A histogram cannot be brought to a finer schema.
    case finerSchema(from: Int32, to: Int32)
}

/// Which buckets a histogram has, without their counts: two histograms of one layout are combined place by place.
struct HistogramLayout {
    var schema: Int32
    var zeroThreshold: Double
    var customValues: [Double]
    var positive: [Int32]
    var negative: [Int32]
    /// Whether custom bounds differed and only the common ones are left.
    var reconciledBounds = false

    /// The finest layout that both can be brought to without guessing.
    /// - Throws: ``HistogramOperationError/mixedSchemas``.
    init(common left: FloatHistogram, _ right: FloatHistogram) throws(HistogramOperationError) {
        guard left.usesCustomBuckets == right.usesCustomBuckets else { throw .mixedSchemas }
        var leftPositive = SparseBuckets(left.positiveSpans, left.positiveBuckets)
        var rightPositive = SparseBuckets(right.positiveSpans, right.positiveBuckets)
        if left.usesCustomBuckets {
            schema = left.schema
            zeroThreshold = left.zeroThreshold
            negative = []
            customValues = left.customValues
            if left.customValues != right.customValues {
                customValues = Self.intersection(left.customValues, right.customValues)
                reconciledBounds = true
                leftPositive = leftPositive.mapped(from: left.customValues, to: customValues)
                rightPositive = rightPositive.mapped(from: right.customValues, to: customValues)
            }
            positive = SparseBuckets.union(leftPositive.indexes, rightPositive.indexes)
            return
        }
        customValues = []
        var leftNegative = SparseBuckets(left.negativeSpans, left.negativeBuckets)
        var rightNegative = SparseBuckets(right.negativeSpans, right.negativeBuckets)
        zeroThreshold = left.zeroThreshold
        if left.zeroThreshold != right.zeroThreshold {
            zeroThreshold = max(left.zeroThreshold, right.zeroThreshold)
            while true {
                let wider = max(
                    left.zeroThreshold(covering: zeroThreshold), right.zeroThreshold(covering: zeroThreshold))
                if wider == zeroThreshold { break }
                zeroThreshold = wider
            }
            leftPositive.dropBelow(zeroThreshold, of: left)
            leftNegative.dropBelow(zeroThreshold, of: left)
            rightPositive.dropBelow(zeroThreshold, of: right)
            rightNegative.dropBelow(zeroThreshold, of: right)
        }
        schema = min(left.schema, right.schema)
        if left.schema > schema {
            leftPositive = leftPositive.reduced(from: left.schema, to: schema)
            leftNegative = leftNegative.reduced(from: left.schema, to: schema)
        }
        if right.schema > schema {
            rightPositive = rightPositive.reduced(from: right.schema, to: schema)
            rightNegative = rightNegative.reduced(from: right.schema, to: schema)
        }
        positive = SparseBuckets.union(leftPositive.indexes, rightPositive.indexes)
        negative = SparseBuckets.union(leftNegative.indexes, rightNegative.indexes)
    }

    /// The bounds that both lists have.
    static func intersection(_ left: [Double], _ right: [Double]) -> [Double] {
        var out: [Double] = []
        var j = 0
        for bound in left {
            while j < right.count, right[j] < bound { j += 1 }
            if j < right.count, right[j] == bound { out.append(bound) }
        }
        return out
    }
}

extension SparseBuckets {
    /// The counts of custom buckets under bounds that are some of theirs.
    func mapped(from bounds: [Double], to fewer: [Double]) -> SparseBuckets {
        var out = SparseBuckets()
        var place = 0
        for (position, index) in indexes.enumerated() {
            let upper = Int(index) < bounds.count && index >= 0 ? bounds[Int(index)] : .infinity
            while place < fewer.count, fewer[place] < upper { place += 1 }
            out.add(counts[position], at: Int32(place))
        }
        return out
    }

    /// Drops the buckets that a zero bucket of this width covers; gives what they held.
    @discardableResult
    mutating func dropBelow(_ threshold: Double, of histogram: FloatHistogram) -> Double {
        var dropped = 0
        var sum = 0.0
        while dropped < indexes.count,
            ExponentialBounds.upperBound(indexes[dropped] &- 1, schema: histogram.schema) < threshold
        {
            sum += counts[dropped]
            dropped += 1
        }
        indexes.removeFirst(dropped)
        counts.removeFirst(dropped)
        return sum
    }
}

extension FloatHistogram {
    /// Whether both have the same buckets, so that counts can be combined place by place.
    @inline(__always)
    func hasSameLayout(_ other: FloatHistogram) -> Bool {
        schema == other.schema && (usesCustomBuckets || zeroThreshold == other.zeroThreshold)
            && customValues == other.customValues
            && positiveSpans == other.positiveSpans && negativeSpans == other.negativeSpans
            && positiveBuckets.count == other.positiveBuckets.count
            && negativeBuckets.count == other.negativeBuckets.count
    }

    /// This histogram with the buckets of a layout made from it.
    func laidOut(_ layout: HistogramLayout) -> FloatHistogram {
        var out = self
        var positive = SparseBuckets(positiveSpans, positiveBuckets)
        var negative = SparseBuckets(negativeSpans, negativeBuckets)
        if usesCustomBuckets {
            if customValues != layout.customValues {
                positive = positive.mapped(from: customValues, to: layout.customValues)
            }
            out.customValues = layout.customValues
            out.zeroThreshold = layout.zeroThreshold
        } else {
            if zeroThreshold != layout.zeroThreshold {
                out.zeroCount += positive.dropBelow(layout.zeroThreshold, of: self)
                out.zeroCount += negative.dropBelow(layout.zeroThreshold, of: self)
                out.zeroThreshold = layout.zeroThreshold
            }
            if schema > layout.schema {
                positive = positive.reduced(from: schema, to: layout.schema)
                negative = negative.reduced(from: schema, to: layout.schema)
                out.schema = layout.schema
            }
        }
        out.positiveSpans = SparseBuckets.spans(layout.positive)
        out.positiveBuckets = positive.spread(over: layout.positive)
        out.negativeSpans = SparseBuckets.spans(layout.negative)
        out.negativeBuckets = negative.spread(over: layout.negative)
        return out
    }

    /// The width, `wanted` or more, at which a zero bucket cuts through no populated bucket.
    func zeroThreshold(covering wanted: Double) -> Double {
        if wanted == zeroThreshold { return wanted }
        var threshold = wanted
        var changed = true
        while changed {
            changed = false
            for (spans, counts) in [(positiveSpans, positiveBuckets), (negativeSpans, negativeBuckets)] {
                var position = 0
                SparseBuckets.forEachIndex(spans, limit: counts.count) { index in
                    defer { position += 1 }
                    guard counts[position] != 0 else { return }
                    let upper = ExponentialBounds.upperBound(index, schema: schema)
                    if upper > threshold, ExponentialBounds.upperBound(index &- 1, schema: schema) < threshold {
                        threshold = upper
                        changed = true
                    }
                }
            }
        }
        return threshold
    }

    /// The same observations at a coarser schema; unchanged at its own.
    /// - Throws: ``HistogramOperationError`` for custom buckets or a finer schema.
    public func reduced(toSchema wanted: Int32) throws(HistogramOperationError) -> FloatHistogram {
        if wanted == schema { return self }
        guard !usesCustomBuckets, wanted != Self.customBucketsSchema else { throw .mixedSchemas }
        guard wanted < schema else { throw .finerSchema(from: schema, to: wanted) }
        var out = self
        out.schema = wanted
        let positive = SparseBuckets(positiveSpans, positiveBuckets).reduced(from: schema, to: wanted)
        let negative = SparseBuckets(negativeSpans, negativeBuckets).reduced(from: schema, to: wanted)
        out.positiveSpans = SparseBuckets.spans(positive.indexes)
        out.positiveBuckets = positive.counts
        out.negativeSpans = SparseBuckets.spans(negative.indexes)
        out.negativeBuckets = negative.counts
        return out
    }
}
