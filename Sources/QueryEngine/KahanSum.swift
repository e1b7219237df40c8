/// A sum that carries along what rounding lost: Neumaier's variant of Kahan's summation.
///
/// - Source: Prometheus' util/kahansum, for the order of the operations.
struct KahanSum {
    var sum: Double
    var compensation = 0.0

    init(_ sum: Double = 0) { self.sum = sum }

    @inline(__always)
    mutating func add(_ value: Double) { Self.add(value, &sum, &compensation) }

    /// The sum with what was lost; an overflow stays what it is.
    var total: Double { sum.isInfinite ? sum : sum + compensation }

    @inline(__always)
    static func add(_ value: Double, _ sum: inout Double, _ compensation: inout Double) {
        let total = sum + value
        if total.isInfinite {
            compensation = 0
        } else if sum.magnitude >= value.magnitude {
            compensation += (sum - total) + value
        } else {
            compensation += (value - total) + sum
        }
        sum = total
    }
}

/// A mean as long as possible of the plain sum; when that overflows, an incremental one.
///
/// - Source: Prometheus' avg and avg_over_time, for the order of the operations.
struct CompensatedMean {
    private var sum: KahanSum
    private var mean = 0.0
    private var isIncremental = false
    private(set) var count = 1.0

    init(_ first: Double) { sum = KahanSum(first) }

    @inline(__always)
    mutating func add(_ value: Double) {
        count += 1
        if !isIncremental {
            var next = sum
            next.add(value)
            if !next.sum.isInfinite {
                sum = next
                return
            }
            isIncremental = true
            mean = sum.sum / (count - 1)
            sum.compensation /= count - 1
        }
        let share = (count - 1) / count
        var running = KahanSum(share * mean)
        running.compensation = share * sum.compensation
        running.add(value / count)
        mean = running.sum
        sum.compensation = running.compensation
    }

    var result: Double {
        isIncremental ? mean + sum.compensation : sum.sum / count + sum.compensation / count
    }
}
