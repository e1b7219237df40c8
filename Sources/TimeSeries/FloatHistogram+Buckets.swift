extension FloatHistogram {
    /// One bucket with its bounds.
    public struct Bucket: Hashable, Sendable {
        /// Lower bound; −Inf for the first custom bucket.
        public var lower: Double
        /// Upper bound; +Inf for the last custom bucket.
        public var upper: Double
        /// Whether observations equal to the lower bound are in.
        public var isLowerInclusive: Bool
        /// Whether observations equal to the upper bound are in.
        public var isUpperInclusive: Bool
        /// Observations.
        public var count: Double
        /// The bucket's number; 0 for the zero bucket.
        public var index: Int32

        /// A bucket.
        public init(
            lower: Double, upper: Double, isLowerInclusive: Bool, isUpperInclusive: Bool, count: Double, index: Int32
        ) {
            self.lower = lower
            self.upper = upper
            self.isLowerInclusive = isLowerInclusive
            self.isUpperInclusive = isUpperInclusive
            self.count = count
            self.index = index
        }
    }

    /// The positive (or custom) buckets that the spans name, ascending; counts may be zero.
    public var positiveBucketList: [Bucket] {
        var list: [Bucket] = []
        list.reserveCapacity(positiveBuckets.count)
        var position = 0
        SparseBuckets.forEachIndex(positiveSpans, limit: positiveBuckets.count) { index in
            list.append(positiveBucket(index, count: positiveBuckets[position]))
            position += 1
        }
        return list
    }

    /// The negative buckets that the spans name, from the one nearest to zero downwards; counts may be zero.
    public var negativeBucketList: [Bucket] {
        var list: [Bucket] = []
        list.reserveCapacity(negativeBuckets.count)
        var position = 0
        SparseBuckets.forEachIndex(negativeSpans, limit: negativeBuckets.count) { index in
            let lower = -ExponentialBounds.upperBound(index, schema: schema)
            let upper = -ExponentialBounds.upperBound(index &- 1, schema: schema)
            list.append(
                Bucket(
                    lower: lower, upper: upper, isLowerInclusive: true, isUpperInclusive: false,
                    count: negativeBuckets[position], index: index))
            position += 1
        }
        return list
    }

    /// The bucket around zero.
    public var zeroBucket: Bucket {
        Bucket(
            lower: -zeroThreshold, upper: zeroThreshold, isLowerInclusive: true, isUpperInclusive: true,
            count: zeroCount, index: 0)
    }

    /// All buckets in ascending order: negative, zero (only when it has a count), positive. Buckets that the zero
    /// bucket overlaps end where it begins.
    public var allBuckets: [Bucket] {
        if usesCustomBuckets { return positiveBucketList }
        var list: [Bucket] = []
        list.reserveCapacity(positiveBuckets.count + negativeBuckets.count + 1)
        for var bucket in negativeBucketList.reversed() {
            if bucket.upper < 0, bucket.upper > -zeroThreshold { bucket.upper = -zeroThreshold }
            list.append(bucket)
        }
        if zeroCount > 0 { list.append(zeroBucket) }
        for var bucket in positiveBucketList {
            if bucket.lower > 0, bucket.lower < zeroThreshold { bucket.lower = zeroThreshold }
            list.append(bucket)
        }
        return list
    }

    /// All buckets in descending order; else as ``allBuckets``.
    public var allBucketsReversed: [Bucket] { allBuckets.reversed() }

    /// The positive or custom bucket `index`.
    func positiveBucket(_ index: Int32, count: Double) -> Bucket {
        if usesCustomBuckets {
            let place = Int(index)
            let lower = place > 0 && place <= customValues.count ? customValues[place - 1] : -Double.infinity
            let upper = place >= 0 && place < customValues.count ? customValues[place] : Double.infinity
            return Bucket(
                lower: lower, upper: upper, isLowerInclusive: place == 0, isUpperInclusive: true, count: count,
                index: index)
        }
        return Bucket(
            lower: ExponentialBounds.upperBound(index &- 1, schema: schema),
            upper: ExponentialBounds.upperBound(index, schema: schema), isLowerInclusive: false,
            isUpperInclusive: true, count: count, index: index)
    }
}
