extension FloatHistogram {
    /// The observations at or below `bound`: the operator `</`.
    ///
    /// A bucket that holds the bound is divided by interpolation; an endless upper custom bucket is lost with any
    /// finite bound. Where something was taken away, count and sum are estimated anew from the buckets.
    public func trimmedAbove(_ bound: Double) -> FloatHistogram {
        if bound == .infinity { return self }
        return trimmed { bucket in self.keptBelow(bound, bucket) }
    }

    /// The observations above `bound`: the operator `>/`. Else as ``trimmedAbove(_:)``.
    public func trimmedBelow(_ bound: Double) -> FloatHistogram {
        if bound == -.infinity { return self }
        return trimmed { bucket in self.keptAbove(bound, bucket) }
    }

    /// How many observations of a bucket stay, and what each is taken for.
    private struct Kept {
        var count: Double
        var value: Double
        static let nothing = Kept(count: 0, value: 0)
    }

    private func trimmed(_ keep: (Bucket) -> Kept) -> FloatHistogram {
        var out = self
        var total = 0.0
        var weighted = 0.0
        var isChanged = false
        func take(_ bucket: Bucket) -> Double {
            if bucket.count == 0 { return 0 }
            let kept = keep(bucket)
            if kept.count != bucket.count { isChanged = true }
            total += kept.count
            if kept.count != 0 { weighted += kept.count * kept.value }
            return kept.count
        }
        for (place, bucket) in negativeBucketList.enumerated() { out.negativeBuckets[place] = take(bucket) }
        if !usesCustomBuckets { out.zeroCount = take(biased(zeroBucket)) }
        for (place, bucket) in positiveBucketList.enumerated() { out.positiveBuckets[place] = take(bucket) }
        guard isChanged else { return self }
        out.count = total
        out.sum = weighted
        out.compact()
        return out
    }

    private func keptBelow(_ bound: Double, _ bucket: Bucket) -> Kept {
        if bound.isNaN || bound == -.infinity { return .nothing }
        if bucket.upper == .infinity { return .nothing }
        let bucket = startingAtZero(bucket)
        if bucket.lower == -.infinity {
            return Kept(count: bucket.count, value: min(bound, bucket.upper))
        }
        if bucket.upper <= bound { return Kept(count: bucket.count, value: center(bucket.lower, bucket.upper)) }
        if bucket.lower >= bound { return .nothing }
        return Kept(count: bucket.count * share(of: bucket, below: bound), value: center(bucket.lower, bound))
    }

    private func keptAbove(_ bound: Double, _ bucket: Bucket) -> Kept {
        if bound.isNaN || bound == .infinity { return .nothing }
        if bucket.upper == .infinity { return Kept(count: bucket.count, value: max(bound, bucket.lower)) }
        if bucket.upper <= bound { return .nothing }
        if bucket.lower == -.infinity, bound < 0 || bucket.upper <= 0 { return .nothing }
        let bucket = startingAtZero(bucket)
        if bucket.lower >= bound { return Kept(count: bucket.count, value: center(bucket.lower, bucket.upper)) }
        return Kept(
            count: bucket.count * (1 - share(of: bucket, below: bound)), value: center(bound, bucket.upper))
    }

    /// What the observations of an interval are taken for: its geometric middle, arithmetic in custom buckets and
    /// around zero.
    private func center(_ lower: Double, _ upper: Double) -> Double {
        if usesCustomBuckets || (lower <= 0 && upper >= 0) || lower.magnitude < zeroThreshold
            || upper.magnitude < zeroThreshold
        {
            return (lower + upper) / 2
        }
        let middle = (lower * upper).squareRoot()
        return upper < 0 ? -middle : middle
    }
}
