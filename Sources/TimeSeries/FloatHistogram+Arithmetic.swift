/// What combining histograms came across, for the caller to tell.
public struct HistogramNotes: Hashable, Sendable {
    /// A known reset met a known absence of one: "conflicting counter resets".
    public var hasConflictingResets: Bool
    /// Custom bounds differed and only the common ones are left: "mismatched custom buckets were reconciled".
    public var hasReconciledBounds: Bool

    /// Notes; nothing to tell unless said otherwise.
    public init(hasConflictingResets: Bool = false, hasReconciledBounds: Bool = false) {
        self.hasConflictingResets = hasConflictingResets
        self.hasReconciledBounds = hasReconciledBounds
    }

    /// Adds what other notes tell.
    public mutating func formUnion(_ other: HistogramNotes) {
        hasConflictingResets = hasConflictingResets || other.hasConflictingResets
        hasReconciledBounds = hasReconciledBounds || other.hasReconciledBounds
    }
}

extension FloatHistogram {
    /// Adds another histogram: schemas, zero buckets and custom bounds are reconciled, reset hints merged.
    /// - Throws: ``HistogramOperationError/mixedSchemas``.
    @discardableResult
    public mutating func add(_ other: FloatHistogram) throws(HistogramOperationError) -> HistogramNotes {
        var notes = try combine(other, sign: 1)
        notes.hasConflictingResets = mergeHint(other.counterResetHint)
        return notes
    }

    /// Takes another histogram away; the result is a gauge.
    /// - Throws: ``HistogramOperationError/mixedSchemas``.
    @discardableResult
    public mutating func subtract(_ other: FloatHistogram) throws(HistogramOperationError) -> HistogramNotes {
        var notes = try combine(other, sign: -1)
        notes.hasConflictingResets = mergeHint(other.counterResetHint)
        counterResetHint = .gauge
        return notes
    }

    /// Multiplies all counts and the sum; a negative factor makes a gauge.
    public mutating func multiply(by factor: Double) { mapCounts(negative: factor < 0) { $0 * factor } }

    /// Divides all counts and the sum; a negative divisor makes a gauge, division by zero loses the buckets.
    public mutating func divide(by divisor: Double) {
        mapCounts(negative: divisor < 0) { $0 / divisor }
        guard divisor == 0 else { return }
        positiveSpans = []
        positiveBuckets = []
        negativeSpans = []
        negativeBuckets = []
    }

    private mutating func mapCounts(negative: Bool, _ change: (Double) -> Double) {
        zeroCount = change(zeroCount)
        count = change(count)
        sum = change(sum)
        for index in positiveBuckets.indices { positiveBuckets[index] = change(positiveBuckets[index]) }
        for index in negativeBuckets.indices { negativeBuckets[index] = change(negativeBuckets[index]) }
        if negative { counterResetHint = .gauge }
    }

    private mutating func combine(_ other: FloatHistogram, sign: Double) throws(HistogramOperationError)
        -> HistogramNotes
    {
        var other = other
        var notes = HistogramNotes()
        if !hasSameLayout(other) {
            let layout = try HistogramLayout(common: self, other)
            self = laidOut(layout)
            other = other.laidOut(layout)
            notes.hasReconciledBounds = layout.reconciledBounds
        }
        zeroCount += sign * other.zeroCount
        count += sign * other.count
        sum += sign * other.sum
        for index in positiveBuckets.indices { positiveBuckets[index] += sign * other.positiveBuckets[index] }
        for index in negativeBuckets.indices { negativeBuckets[index] += sign * other.negativeBuckets[index] }
        return notes
    }

    /// Merges a reset hint into this one's.
    ///
    /// A gauge makes a gauge, unknown stays unknown; a reset with a known absence of one becomes unknown.
    /// - Returns: whether a known reset met a known absence of one.
    public mutating func mergeHint(_ other: CounterResetHint) -> Bool {
        switch (counterResetHint, other) {
        case (.gauge, _), (_, .gauge): counterResetHint = .gauge
        case (.unknown, _), (_, .unknown): counterResetHint = .unknown
        case (.reset, .reset), (.notReset, .notReset): break
        case (.reset, .notReset), (.notReset, .reset):
            counterResetHint = .unknown
            return true
        }
        return false
    }

    /// Drops empty buckets and joins neighbouring spans.
    public mutating func compact() {
        Self.compact(&positiveSpans, &positiveBuckets)
        Self.compact(&negativeSpans, &negativeBuckets)
    }

    /// This histogram without empty buckets.
    public var compacted: FloatHistogram {
        var out = self
        out.compact()
        return out
    }

    private static func compact(_ spans: inout [Span], _ counts: inout [Double]) {
        let sparse = SparseBuckets(spans, counts)
        var kept = SparseBuckets()
        for (position, index) in sparse.indexes.enumerated() where sparse.counts[position] != 0 {
            kept.indexes.append(index)
            kept.counts.append(sparse.counts[position])
        }
        spans = SparseBuckets.spans(kept.indexes)
        counts = kept.counts
    }

    /// Whether schema, zero bucket, bounds, buckets, count and sum are the same, bit for bit (so NaN equals itself);
    /// the reset hint does not count, nor do empty spans.
    public func equals(_ other: FloatHistogram) -> Bool {
        func same(_ a: [Double], _ b: [Double]) -> Bool {
            a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern }
        }
        func same(_ a: [Span], _ b: [Span], _ count: Int) -> Bool {
            a == b || indexes(a, count) == indexes(b, count)
        }
        func indexes(_ spans: [Span], _ count: Int) -> [Int32] {
            var list: [Int32] = []
            SparseBuckets.forEachIndex(spans, limit: count) { list.append($0) }
            return list
        }
        return schema == other.schema && count.bitPattern == other.count.bitPattern
            && sum.bitPattern == other.sum.bitPattern
            && same(customValues, other.customValues)
            && (usesCustomBuckets
                || zeroThreshold == other.zeroThreshold && zeroCount.bitPattern == other.zeroCount.bitPattern)
            && same(positiveBuckets, other.positiveBuckets) && same(negativeBuckets, other.negativeBuckets)
            && same(positiveSpans, other.positiveSpans, positiveBuckets.count)
            && same(negativeSpans, other.negativeSpans, negativeBuckets.count)
    }
}
