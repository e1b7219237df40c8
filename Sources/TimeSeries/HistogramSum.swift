/// A running sum of histograms with compensation (Kahan–Neumaier) for every count, as `sum` and `avg` need it.
public struct HistogramSum: Sendable {
    private var sum: FloatHistogram
    private var lost: FloatHistogram

    /// Begins with `first`.
    public init(_ first: FloatHistogram) {
        sum = first
        lost = first
        lost.multiply(by: 0)
        lost.sum = 0
        lost.count = 0
        lost.zeroCount = 0
        lost.positiveBuckets = Array(repeating: 0, count: first.positiveBuckets.count)
        lost.negativeBuckets = Array(repeating: 0, count: first.negativeBuckets.count)
    }

    /// Adds a histogram; reconciles and merges hints as ``FloatHistogram/add(_:)``.
    /// - Throws: ``HistogramOperationError/mixedSchemas``; the sum is then unchanged.
    @discardableResult
    public mutating func add(_ other: FloatHistogram) throws(HistogramOperationError) -> HistogramNotes {
        var other = other
        var notes = HistogramNotes()
        if !sum.hasSameLayout(other) {
            let layout = try HistogramLayout(common: sum, other)
            lost = lost.laidOut(layout)
            sum = sum.laidOut(layout)
            other = other.laidOut(layout)
            notes.hasReconciledBounds = layout.reconciledBounds
        }
        Self.add(other.zeroCount, &sum.zeroCount, &lost.zeroCount)
        Self.add(other.count, &sum.count, &lost.count)
        Self.add(other.sum, &sum.sum, &lost.sum)
        for index in sum.positiveBuckets.indices {
            Self.add(other.positiveBuckets[index], &sum.positiveBuckets[index], &lost.positiveBuckets[index])
        }
        for index in sum.negativeBuckets.indices {
            Self.add(other.negativeBuckets[index], &sum.negativeBuckets[index], &lost.negativeBuckets[index])
        }
        notes.hasConflictingResets = sum.mergeHint(other.counterResetHint)
        return notes
    }

    /// Multiplies what was summed so far.
    public mutating func multiply(by factor: Double) {
        sum.multiply(by: factor)
        lost.multiply(by: factor)
    }

    /// Divides what was summed so far, by anything but zero.
    public mutating func divide(by divisor: Double) {
        sum.divide(by: divisor)
        lost.divide(by: divisor)
    }

    /// Whether a count or the sum left the finite numbers, so that an average must be taken step by step.
    public var hasOverflowed: Bool {
        sum.sum.isInfinite || sum.count.isInfinite || sum.zeroCount.isInfinite
            || sum.positiveBuckets.contains { $0.isInfinite } || sum.negativeBuckets.contains { $0.isInfinite }
    }

    /// What was summed, compensation included; empty buckets are kept.
    public var total: FloatHistogram {
        var total = sum
        total.zeroCount = Self.total(sum.zeroCount, lost.zeroCount)
        total.count = Self.total(sum.count, lost.count)
        total.sum = Self.total(sum.sum, lost.sum)
        for index in sum.positiveBuckets.indices {
            total.positiveBuckets[index] = Self.total(sum.positiveBuckets[index], lost.positiveBuckets[index])
        }
        for index in sum.negativeBuckets.indices {
            total.negativeBuckets[index] = Self.total(sum.negativeBuckets[index], lost.negativeBuckets[index])
        }
        return total
    }

    @inline(__always)
    private static func total(_ sum: Double, _ lost: Double) -> Double { sum.isInfinite ? sum : sum + lost }

    @inline(__always)
    private static func add(_ value: Double, _ sum: inout Double, _ lost: inout Double) {
        let next = sum + value
        if next.isInfinite {
            lost = 0
        } else if sum.magnitude >= value.magnitude {
            lost += (sum - next) + value
        } else {
            lost += (value - next) + sum
        }
        sum = next
    }
}
