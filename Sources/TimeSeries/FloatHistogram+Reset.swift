extension FloatHistogram {
    /// Whether a counter began anew between `previous` and this sample.
    ///
    /// The hint decides where it is known; else a reset is what only a reset explains: fewer observations in all, in
    /// the zero bucket or in one bucket, a finer schema, a narrower zero bucket, a change between exponential and
    /// custom buckets. Differing custom bounds are compared by what both have in common.
    public func isReset(after previous: FloatHistogram) -> Bool {
        switch counterResetHint {
        case .reset: return true
        case .notReset: return false
        case .unknown, .gauge: break
        }
        if count < previous.count || usesCustomBuckets != previous.usesCustomBuckets { return true }
        if usesCustomBuckets {
            if hasSameLayout(previous) { return hasSmallerCount(than: previous) }
        } else {
            if schema > previous.schema || zeroThreshold < previous.zeroThreshold { return true }
            if previous.zeroThreshold(covering: zeroThreshold) != zeroThreshold { return true }
            if hasSameLayout(previous) { return hasSmallerCount(than: previous) }
        }
        guard let layout = try? HistogramLayout(common: self, previous) else { return true }
        return laidOut(layout).hasSmallerCount(than: previous.laidOut(layout))
    }

    private func hasSmallerCount(than previous: FloatHistogram) -> Bool {
        if !usesCustomBuckets, zeroCount < previous.zeroCount { return true }
        for index in positiveBuckets.indices where positiveBuckets[index] < previous.positiveBuckets[index] {
            return true
        }
        for index in negativeBuckets.indices where negativeBuckets[index] < previous.negativeBuckets[index] {
            return true
        }
        return false
    }

    /// The hint that storage gives this sample when it is kept behind `previous` of its series (nil when the sample
    /// before was a float, stale, or none).
    ///
    /// A gauge stays one. A counter that goes on is known not to be reset; one that begins anew, or follows nothing
    /// comparable, is unknown, since whoever reads may not see the sample before.
    ///
    /// - Source: prometheus/prometheus tsdb/chunkenc, how reset headers are read back.
    public func storedHint(after previous: FloatHistogram?) -> CounterResetHint {
        if counterResetHint == .gauge { return .gauge }
        guard let previous, !isStale, !previous.isStale, previous.counterResetHint != .gauge,
            counterResetHint != .reset, schema == previous.schema, zeroThreshold == previous.zeroThreshold,
            customValues == previous.customValues
        else { return .unknown }
        var plain = self
        plain.counterResetHint = .unknown
        return plain.isReset(after: previous) ? .unknown : .notReset
    }
}
