internal import Glibc

/// What is to be said about a quantile or fraction of a histogram that holds NaN observations.
public enum NaNObservations: Hashable, Sendable {
    /// There are none.
    case none
    /// They count as the highest: the quantile is "skewed higher".
    case skewed
    /// The quantile falls among them and is NaN.
    case result
}

extension FloatHistogram {
    /// The φ-quantile: exponential interpolation within a bucket, linear in custom buckets and around zero.
    ///
    /// NaN for no observations or φ NaN; −Inf below 0, +Inf above 1. Custom buckets: the lowest starts at 0 when its
    /// bound is above 0, else gives its bound; the highest gives its lower bound.
    ///
    /// - Source: Prometheus' documentation of histogram_quantile.
    public func quantile(_ phi: Double) -> (value: Double, nan: NaNObservations) {
        if phi < 0 { return (-.infinity, .none) }
        if phi > 1 { return (.infinity, .none) }
        if count == 0 || phi.isNaN { return (.nan, .none) }
        let fromBelow = sum.isNaN || phi < 0.5
        var rank = (fromBelow ? phi : 1 - phi) * count
        var reached = 0.0
        var bucket = Bucket(
            lower: 0, upper: 0, isLowerInclusive: false, isUpperInclusive: false, count: 0, index: 0)
        for next in fromBelow ? allBuckets : allBucketsReversed where next.count != 0 {
            bucket = next
            reached += next.count
            if reached >= rank { break }
        }
        if usesCustomBuckets {
            if bucket.lower == -.infinity {
                if bucket.upper <= 0 { return (bucket.upper, sum.isNaN ? .skewed : .none) }
                bucket.lower = 0
            } else if bucket.upper == .infinity {
                return (bucket.lower, sum.isNaN ? .skewed : .none)
            }
        } else {
            bucket = biased(bucket)
        }
        reached = min(reached, count)
        if reached < rank { return sum.isNaN ? (.nan, .result) : (bucket.upper, .none) }
        rank = fromBelow ? rank - (reached - bucket.count) : reached - rank
        let fraction = rank / bucket.count
        let isLinear = usesCustomBuckets || (bucket.lower <= 0 && bucket.upper >= 0)
        let nan: NaNObservations = sum.isNaN ? .skewed : .none
        if isLinear { return (bucket.lower + (bucket.upper - bucket.lower) * fraction, nan) }
        let lower = log2(bucket.lower.magnitude)
        let upper = log2(bucket.upper.magnitude)
        if bucket.lower > 0 { return (exp2(lower + (upper - lower) * fraction), nan) }
        return (-exp2(upper + (lower - upper) * (1 - fraction)), nan)
    }

    /// The share of observations between two values; observations of NaN are in no share.
    ///
    /// NaN for no observations or a NaN bound, 0 when `lower` is not below `upper`. Interpolates as ``quantile(_:)``;
    /// nothing is interpolated in custom buckets without an end.
    ///
    /// - Source: Prometheus' documentation of histogram_fraction.
    public func fraction(from lower: Double, to upper: Double) -> Double {
        if count == 0 || lower.isNaN || upper.isNaN { return .nan }
        if lower >= upper { return 0 }
        var rank = 0.0
        var lowerRank: Double?
        var upperRank: Double?
        for bucket in allBuckets {
            let bucket = biased(bucket)
            if lowerRank == nil { lowerRank = self.rank(of: lower, in: bucket, below: rank) }
            if upperRank == nil { upperRank = self.rank(of: upper, in: bucket, below: rank) }
            rank += bucket.count
            if upperRank != nil, lowerRank != nil { break }
        }
        let most = sum.isNaN ? min(rank, count) : count
        return (min(upperRank ?? most, most) - min(lowerRank ?? most, most)) / count
    }

    /// How many observations lie at or below `value`, when it is not above the bucket.
    private func rank(of value: Double, in bucket: Bucket, below: Double) -> Double? {
        if bucket.lower >= value { return below }
        guard bucket.upper > value else { return nil }
        if bucket.lower == -.infinity { return bucket.count }
        if bucket.upper == .infinity { return below }
        return below + bucket.count * share(of: bucket, below: value)
    }

    /// The share of a finite bucket's observations below `value`, which lies inside.
    func share(of bucket: Bucket, below value: Double) -> Double {
        if usesCustomBuckets || (bucket.lower <= 0 && bucket.upper >= 0) {
            return (value - bucket.lower) / (bucket.upper - bucket.lower)
        }
        let low = log2(bucket.lower.magnitude)
        let high = log2(bucket.upper.magnitude)
        let here = log2(value.magnitude)
        return value > 0 ? (here - low) / (high - low) : 1 - (here - high) / (low - high)
    }

    /// A bucket around zero ends at 0 on the side where the histogram has no buckets at all. Fractions treat custom
    /// buckets so too (seen on Prometheus 3.5), quantiles only the lowest one.
    func biased(_ bucket: Bucket) -> Bucket {
        guard bucket.lower < 0, bucket.upper > 0 else { return bucket }
        var out = bucket
        if negativeBuckets.isEmpty, !positiveBuckets.isEmpty {
            out.lower = 0
        } else if positiveBuckets.isEmpty, !negativeBuckets.isEmpty {
            out.upper = 0
        }
        return out
    }

    /// The lowest custom bucket begins at 0 when it ends above.
    func startingAtZero(_ bucket: Bucket) -> Bucket {
        guard bucket.lower == -.infinity, bucket.upper > 0, bucket.upper < .infinity else { return bucket }
        var out = bucket
        out.lower = 0
        return out
    }

    /// The variance of the observations, each taken as the middle of its bucket: geometric for exponential buckets,
    /// arithmetic for custom ones, 0 for the zero bucket; infinite where an endless bucket has observations.
    ///
    /// - Source: Prometheus' documentation of histogram_stdvar.
    public var variance: Double {
        let mean = sum / count
        var variance = 0.0
        var lost = 0.0
        for bucket in allBuckets where bucket.count != 0 {
            let delta = middle(of: bucket) - mean
            let term = bucket.count * delta * delta
            let next = variance + term
            if next.isFinite {
                lost += variance.magnitude >= term.magnitude ? (variance - next) + term : (term - next) + variance
            }
            variance = next
        }
        return (variance + lost) / count
    }

    private func middle(of bucket: Bucket) -> Double {
        if usesCustomBuckets {
            return (bucket.lower + bucket.upper) / 2
        }
        if bucket.lower <= 0, bucket.upper >= 0 { return 0 }
        let middle = (bucket.lower * bucket.upper).squareRoot()
        return bucket.upper <= 0 ? -middle : middle
    }
}
