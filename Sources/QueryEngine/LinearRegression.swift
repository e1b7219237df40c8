import TimeSeries

/// A straight line through samples by least squares.
///
/// - Source: Prometheus' linearRegression, for the order of the operations.
struct LinearRegression {
    private let times: UnsafeBufferPointer<Int64>
    private let values: UnsafeBufferPointer<Double>
    private let instant: Int64

    /// A line through at least one sample; its distances are counted from `instant`, in milliseconds.
    init(_ times: UnsafeBufferPointer<Int64>, _ values: UnsafeBufferPointer<Double>, from instant: Int64) {
        self.times = times
        self.values = values
        self.instant = instant
    }

    /// The sums of distances, values, their products, and squared distances, with what rounding lost.
    private typealias Sums = SIMD4<Double>

    /// Slope a second, and the line's value at the instant.
    var line: (slope: Double, intercept: Double) {
        let first = values[0]
        if values.allSatisfy({ $0 == first }) || values.count == 1 {
            return first.isInfinite ? (StaleMarker.normalNaN, StaleMarker.normalNaN) : (0, first)
        }
        let sums = fastSums ?? carefulSums
        let n = Double(values.count)
        let covariance = sums.z - sums.x * sums.y / n
        let variance = sums.w - sums.x * sums.x / n
        let slope = covariance / variance
        return (slope, sums.y / n - slope * sums.x / n)
    }

    @inline(__always)
    private func summands(_ index: Int) -> Sums {
        let distance = Double(times[index] - instant) / 1e3
        let value = values[index]
        return Sums(distance, value, distance * value, distance * distance)
    }

    /// All four at once; nil when one overflows, which is to be looked at summand by summand.
    private var fastSums: Sums? {
        var sums = Sums()
        var lost = Sums()
        for index in 0..<values.count {
            let next = summands(index)
            let total = sums + next
            let isLarger = Self.magnitude(sums) .>= Self.magnitude(next)
            let larger = next.replacing(with: sums, where: isLarger)
            let smaller = sums.replacing(with: next, where: isLarger)
            lost += (larger - total) + smaller
            sums = total
        }
        let isFinite = sums.x.isFinite && sums.y.isFinite && sums.z.isFinite && sums.w.isFinite
        return isFinite ? sums + lost : nil
    }

    @inline(__always)
    private static func magnitude(_ numbers: Sums) -> Sums {
        let bits = unsafeBitCast(numbers, to: SIMD4<UInt64>.self) & SIMD4(repeating: 0x7FFF_FFFF_FFFF_FFFF)
        return unsafeBitCast(bits, to: Sums.self)
    }

    private var carefulSums: Sums {
        var x = KahanSum()
        var y = KahanSum()
        var xy = KahanSum()
        var xx = KahanSum()
        for index in 0..<values.count {
            let next = summands(index)
            x.add(next.x)
            y.add(next.y)
            xy.add(next.z)
            xx.add(next.w)
        }
        return Sums(
            x.sum + x.compensation, y.sum + y.compensation, xy.sum + xy.compensation, xx.sum + xx.compensation)
    }
}
