/// By which power of ten a run of decimals is multiplied to be whole.
enum DecimalScale {
    /// The code that says that bits follow, not decimals.
    static let none: UInt64 = 7
    /// The largest exponent.
    static let most = 4

    /// Ten to the power of `exponent`.
    @inline(__always) static func factor(_ exponent: Int) -> Double {
        exponent == 0 ? 1 : exponent == 1 ? 10 : exponent == 2 ? 100 : exponent == 3 ? 1000 : 10_000
    }

    /// The whole number that gives exactly `value` when it is divided by ten to the power of `exponent`.
    @inline(__always)
    static func whole(_ value: Double, _ exponent: Int) -> Int64? {
        let factor = factor(exponent)
        let product = value * factor
        guard product.magnitude < 9_007_199_254_740_992 else { return nil }
        let whole = exponent == 0 ? Int64(product) : Int64(product.rounded())
        return Double(whole) / factor == value && (whole != 0 || value.sign == .plus) ? whole : nil
    }

    /// The smallest exponent from `least` on with which `value` is whole.
    static func find(_ value: Double, from least: Int) -> (exponent: Int, whole: Int64)? {
        guard value.isFinite else { return nil }
        for exponent in least...most {
            if let whole = whole(value, exponent) { return (exponent, whole) }
        }
        return nil
    }
}
