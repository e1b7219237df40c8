/// The sum of a window that moves on, as long as it can be kept without any error: as two numbers, of which the second is
/// what the first one rounded away.
///
/// Samples of one series are mostly of one magnitude, so that 106 bits hold every sum of them. As soon as a bit would be
/// lost, or a number is not finite, ``add(_:)`` says so; the sum is to be made anew then by going over the window.
struct SlidingSum {
    private var high = 0.0
    private var low = 0.0

    /// The sum, rounded once.
    var total: Double { high }
    /// What rounding took away from ``total``.
    var remainder: Double { low }

    /// Adds a number, or takes away what was added before when it is negated.
    /// - Returns: false when the sum is not exact any more.
    @inline(__always)
    mutating func add(_ value: Double) -> Bool {
        let sum = high + value
        let part = sum - high
        let lost = (high - (sum - part)) + (value - part)
        let rest = low + lost
        let restPart = rest - low
        let error = (low - (rest - restPart)) + (lost - restPart)
        let total = sum + rest
        low = rest - (total - sum)
        high = total
        // An infinity or NaN leaves a NaN in the error.
        return error == 0
    }
}
