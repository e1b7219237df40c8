import Base

extension FloatHistogram.Bucket: CustomStringConvertible {
    /// `(0.5,1]:3`: square brackets where the bound is in.
    public var description: String {
        (isLowerInclusive ? "[" : "(") + GoFloat.string(lower, .general) + "," + GoFloat.string(upper, .general)
            + (isUpperInclusive ? "]" : ")") + ":" + GoFloat.string(count, .general)
    }
}

extension FloatHistogram: CustomStringConvertible {
    /// `{count:4, sum:5, (0.5,1]:1, (1,2]:2}` as Prometheus prints histograms: buckets that hold something, ascending.
    public var description: String {
        var text = "{count:" + GoFloat.string(count, .general) + ", sum:" + GoFloat.string(sum, .general)
        for bucket in negativeBucketList.reversed() where bucket.count != 0 { text += ", \(bucket)" }
        if !usesCustomBuckets, zeroCount != 0 { text += ", \(zeroBucket)" }
        for bucket in positiveBucketList where bucket.count != 0 { text += ", \(bucket)" }
        return text + "}"
    }

    /// `{{schema:1 count:4 sum:5 buckets:[1 2 1]}}`: the notation of test series, absent where 0 or empty.
    public var seriesNotation: String {
        var items: [String] = []
        func add(_ key: String, _ value: Double) {
            if value != 0 { items.append(key + ":" + GoFloat.string(value, .general)) }
        }
        func list(_ values: [Double]) -> String {
            "[" + values.map { GoFloat.string($0, .general) }.joined(separator: " ") + "]"
        }
        if schema != 0 { items.append("schema:\(schema)") }
        add("count", count)
        add("sum", sum)
        add("z_bucket", zeroCount)
        add("z_bucket_w", zeroThreshold)
        if usesCustomBuckets { items.append("custom_values:" + list(customValues)) }
        switch counterResetHint {
        case .unknown: break
        case .reset: items.append("counter_reset_hint:reset")
        case .notReset: items.append("counter_reset_hint:not_reset")
        case .gauge: items.append("counter_reset_hint:gauge")
        }
        for (prefix, spans, counts) in [("", positiveSpans, positiveBuckets), ("n_", negativeSpans, negativeBuckets)] {
            let (first, dense) = Self.dense(spans, counts)
            if dense.isEmpty { continue }
            if first != 0 { items.append("\(prefix)offset:\(first)") }
            items.append("\(prefix)buckets:" + list(dense))
        }
        return "{{" + items.joined(separator: " ") + "}}"
    }

    /// Counts from the first bucket on, gaps as zeros; more than 4,096 buckets wide only the populated ones.
    private static func dense(_ spans: [Span], _ counts: [Double]) -> (Int32, [Double]) {
        let sparse = SparseBuckets(spans, counts)
        guard let first = sparse.indexes.first, let last = sparse.indexes.last else { return (0, []) }
        guard Int(last) - Int(first) < 4096 else { return (first, sparse.counts) }
        var out = [Double](repeating: 0, count: Int(last - first) + 1)
        for (position, index) in sparse.indexes.enumerated() { out[Int(index - first)] = sparse.counts[position] }
        return (first, out)
    }
}
