/// Floating point numbers in base two: Go's `%x` and `%b`.
enum HexadecimalFloat {
    /// `0x1.8p+01`; a negative or absent precision shows all bits there are.
    static func string(_ value: Double, precision: Int?) -> String {
        guard value.isFinite else { return special(value) }
        let sign = value.sign == .minus ? "-" : ""
        if value == 0 {
            let zeros = precision.map { $0 > 0 ? "." + String(repeating: "0", count: $0) : "" } ?? ""
            return "\(sign)0x0\(zeros)p+00"
        }
        var exponent = Int(value.exponent)
        // 1 bit before the point, 60 behind it.
        var mantissa = UInt64(value.significand * 0x1p52) << 8
        if let precision, precision < 15 {
            let shift = UInt64(60 - precision * 4)
            let rest = mantissa & ((1 << shift) - 1)
            let half = UInt64(1) << (shift - 1)
            mantissa >>= shift
            if rest > half || (rest == half && mantissa & 1 == 1) { mantissa += 1 }
            if mantissa >> UInt64(precision * 4) > 1 {
                mantissa >>= 1
                exponent += 1
            }
            mantissa <<= shift
        }
        var digits = String(mantissa & ((1 << 60) - 1), radix: 16)
        digits = String(repeating: "0", count: 15 - digits.utf8.count) + digits
        if let precision {
            digits = String(digits.prefix(precision))
            digits += String(repeating: "0", count: precision - digits.utf8.count)
        } else {
            while digits.hasSuffix("0") { digits.removeLast() }
        }
        let size = String(exponent.magnitude)
        let power = (exponent < 0 ? "-" : "+") + (size.utf8.count < 2 ? "0" : "") + size
        return "\(sign)0x\(mantissa >> 60)\(digits.isEmpty ? "" : "." + digits)p\(power)"
    }

    /// `4503599627370496p-52`.
    static func binary(_ value: Double) -> String {
        guard value.isFinite else { return special(value) }
        let bits = value.bitPattern
        let raw = Int(bits >> 52 & 0x7FF)
        let fraction = bits & ((1 << 52) - 1)
        let mantissa = raw == 0 ? fraction : fraction | 1 << 52
        let exponent = (raw == 0 ? 1 : raw) - 1075
        return "\(value.sign == .minus ? "-" : "")\(mantissa)p\(exponent < 0 ? "-" : "+")\(exponent.magnitude)"
    }

    private static func special(_ value: Double) -> String {
        value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf"
    }
}
