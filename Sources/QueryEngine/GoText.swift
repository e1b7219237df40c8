import Base

/// Numbers in messages as Go's fmt package makes them.
enum GoText {
    /// `%g`: the shortest digits, with an exponent when that is below -4 or above 5.
    static func g(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return GoFloat.string(value, .general) }
        let exponent = GoFloat.shortest(value.magnitude).exponent
        return GoFloat.string(value, exponent < -4 || exponent >= 6 ? .exponent : .fixed)
    }
}

extension GoText {
    /// Digits in groups of three: `11,000`.
    static func grouped(_ value: Int) -> String {
        var digits = String(value)
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: index))
            index -= 3
        }
        return digits
    }
}

extension GoText {
    /// `%f` with `digits` behind the point.
    static func fixed(_ value: Double, _ digits: Int) -> String {
        GoFloat.string(value, .fixed, precision: digits)
    }
}
