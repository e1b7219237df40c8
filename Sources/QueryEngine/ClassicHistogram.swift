import TimeSeries

/// A bucket of a classic histogram: how many observations were at most `upper`.
struct ClassicBucket {
    let upper: Double
    var count: Double
}

/// Quantiles and fractions of classic histograms.
///
/// Buckets come sorted by their bounds, equal bounds added up, at least one.
///
/// - Source: Prometheus' documentation of histogram_quantile and histogram_fraction.
enum ClassicHistogram {
    /// Counts that differ relatively by less are taken to be equal.
    private static let tolerance = 1e-12

    /// Puts buckets of equal bounds together.
    static func coalesce(_ buckets: inout [ClassicBucket]) {
        var last = 0
        for index in 1..<max(1, buckets.count) {
            if buckets[index].upper == buckets[last].upper {
                buckets[last].count += buckets[index].count
            } else {
                last += 1
                buckets[last] = buckets[index]
            }
        }
        buckets.removeLast(buckets.count - last - 1)
    }

    /// The φ-quantile by linear interpolation; dips are levelled before, and told when they are more than rounding.
    static func quantile(_ rank: Double, _ buckets: inout [ClassicBucket], at time: Int64)
        -> (value: Double, dips: BucketDips?)
    {
        if rank.isNaN { return (StaleMarker.normalNaN, nil) }
        if rank < 0 { return (-.infinity, nil) }
        if rank > 1 { return (.infinity, nil) }
        guard let highest = buckets.last, highest.upper == .infinity else { return (StaleMarker.normalNaN, nil) }
        coalesce(&buckets)
        let dips = level(&buckets, at: time)
        let last = buckets.count - 1
        let observations = buckets[last].count
        guard buckets.count > 1, observations != 0 else { return (StaleMarker.normalNaN, nil) }
        var wanted = rank * observations
        let found = buckets[..<last].firstIndex { $0.count >= wanted } ?? last
        if found == last { return (buckets[last - 1].upper, dips) }
        if found == 0, buckets[0].upper <= 0 { return (buckets[0].upper, dips) }
        var start = 0.0
        var count = buckets[found].count
        if found > 0 {
            start = buckets[found - 1].upper
            count -= buckets[found - 1].count
            wanted -= buckets[found - 1].count
        }
        return (start + (buckets[found].upper - start) * (wanted / count), dips)
    }

    /// Levels counts that fall: tiny steps silently in either direction, others with a note.
    private static func level(_ buckets: inout [ClassicBucket], at time: Int64) -> BucketDips? {
        var dips: BucketDips?
        var before = buckets[0].count
        for index in 1..<max(1, buckets.count) {
            let count = buckets[index].count
            if count == before { continue }
            if almostEqual(before, count) {
                buckets[index].count = before
            } else if count < before {
                buckets[index].count = before
                let dip = BucketDips(
                    lowest: buckets[index].upper, highest: buckets[index].upper, largest: before - count,
                    firstTime: time, lastTime: time)
                if var all = dips {
                    all.merge(dip)
                    all.count = 1
                    dips = all
                } else {
                    dips = dip
                }
            } else {
                before = count
            }
        }
        return dips
    }

    /// Relative comparison that knows zeros and subnormal numbers.
    private static func almostEqual(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        if a == b { return true }
        let sum = a.magnitude + b.magnitude
        let difference = (a - b).magnitude
        if a == 0 || b == 0 || sum < Double.leastNormalMagnitude {
            return difference < tolerance * Double.leastNormalMagnitude
        }
        return difference / min(sum, Double.greatestFiniteMagnitude) < tolerance
    }

    /// The share of observations between two bounds.
    static func fraction(from lower: Double, to upper: Double, _ buckets: inout [ClassicBucket]) -> Double {
        guard let highest = buckets.last, highest.upper == .infinity else { return StaleMarker.normalNaN }
        coalesce(&buckets)
        let count = buckets[buckets.count - 1].count
        if count == 0 || lower.isNaN || upper.isNaN { return StaleMarker.normalNaN }
        if lower >= upper { return 0 }
        var rank = 0.0
        var lowerRank: Double?
        var upperRank: Double?
        var start = buckets[0].upper <= 0 ? -Double.infinity : 0
        for (index, bucket) in buckets.enumerated() {
            if index > 0 { start = buckets[index - 1].upper }
            let end = bucket.upper
            func interpolated(_ value: Double) -> Double {
                rank + (bucket.count - rank) * (value - start) / (end - start)
            }
            if lowerRank == nil, start >= lower { lowerRank = rank }
            if upperRank == nil, start >= upper { upperRank = rank }
            if lowerRank != nil, upperRank != nil { break }
            if lowerRank == nil, start < lower, end > lower { lowerRank = interpolated(lower) }
            if upperRank == nil, start < upper, end > upper { upperRank = interpolated(upper) }
            if lowerRank != nil, upperRank != nil { break }
            rank = bucket.count
        }
        let from = min(lowerRank ?? count, count)
        let to = min(upperRank ?? count, count)
        return (to - from) / count
    }
}
