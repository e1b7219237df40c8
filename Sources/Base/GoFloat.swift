internal import Glibc

/// Floating point numbers written as Go's strconv.FormatFloat writes them.
///
/// - Source: Go's strconv package; Prometheus prints every value through it.
public enum GoFloat {
    /// The shape of a number.
    public enum Format: Sendable {
        /// `-ddd.dddd`, no exponent.
        case fixed
        /// `-d.dddde±dd`.
        case exponent
        /// `exponent` for exponents below -4 or from the precision (6 for the shortest form) on, else `fixed`.
        case general
    }

    /// `value` in `format`; a negative precision means the fewest digits that read back as the same number.
    ///
    /// Precision counts digits behind the point, for `general` significant digits. Infinities are `+Inf` and `-Inf`.
    public static func string(_ value: Double, _ format: Format, precision: Int = -1) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if precision >= 0 {
            return rounded(value, format, precision) ?? printed(value, format, precision)
        }
        let (digits, exponent) = shortest(value.magnitude)
        let sign = value.sign == .minus ? "-" : ""
        switch format {
        case .fixed: return sign + fixed(digits, exponent)
        case .exponent: return sign + scientific(digits, exponent)
        case .general:
            return sign + (exponent < -4 || exponent >= 6 ? scientific(digits, exponent) : fixed(digits, exponent))
        }
    }

    /// The fewest decimal digits that read back as `value` (finite, not negative), and the exponent of the first:
    /// the number is `d.ddd × 10^exponent`.
    public static func shortest(_ value: Double) -> (digits: [UInt8], exponent: Int) {
        if value == 0 { return ([0x30], 0) }
        var digits: [UInt8] = []
        var exponent = 0
        var pointAt: Int?
        var bytes = value.description.utf8.makeIterator()
        while let byte = bytes.next() {
            if byte == 0x2E {
                pointAt = digits.count
            } else if byte == 0x65 {
                var rest = ""
                while let next = bytes.next() { rest.unicodeScalars.append(Unicode.Scalar(next)) }
                exponent = Int(rest) ?? 0
            } else {
                digits.append(byte)
            }
        }
        exponent += (pointAt ?? digits.count) - 1
        let leading = digits.prefix { $0 == 0x30 }.count
        digits.removeFirst(leading)
        exponent -= leading
        while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
        return (digits, exponent)
    }

    private static func fixed(_ digits: [UInt8], _ exponent: Int) -> String {
        var out: [UInt8] = []
        if exponent < 0 {
            out += [0x30, 0x2E]
            out += [UInt8](repeating: 0x30, count: -exponent - 1)
            out += digits
            return String(decoding: out, as: UTF8.self)
        }
        if digits.count <= exponent + 1 {
            out = digits + [UInt8](repeating: 0x30, count: exponent + 1 - digits.count)
        } else {
            out = digits[...exponent] + [0x2E] + digits[(exponent + 1)...]
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func scientific(_ digits: [UInt8], _ exponent: Int) -> String {
        var out = String(decoding: digits[..<1], as: UTF8.self)
        if digits.count > 1 { out += "." + String(decoding: digits[1...], as: UTF8.self) }
        let size = String(exponent.magnitude)
        return out + "e" + (exponent < 0 ? "-" : "+") + (size.utf8.count < 2 ? "0" : "") + size
    }

    /// The number rounded from its shortest digits: the same as rounding its exact value while no more than 15 digits are
    /// wanted, but for ties. Nil where only the exact value can tell, and for exponents.
    private static func rounded(_ value: Double, _ format: Format, _ precision: Int) -> String? {
        if value == 0 || format == .exponent { return nil }
        var (digits, exponent) = shortest(value.magnitude)
        let wanted = format == .fixed ? exponent + 1 + precision : max(1, precision)
        guard (1...15).contains(wanted) else { return nil }
        if digits.count > wanted {
            let rest = digits[wanted...]
            if rest.count == 1, rest.first == 0x35 { return nil }
            let isUp = (rest.first ?? 0x30) >= 0x35
            digits.removeLast(digits.count - wanted)
            if isUp {
                while digits.last == 0x39 { digits.removeLast() }
                if let last = digits.popLast() {
                    digits.append(last + 1)
                } else {
                    digits = [0x31]
                    exponent += 1
                }
            }
        }
        while digits.count > 1, digits.last == 0x30 { digits.removeLast() }
        let sign = value.sign == .minus ? "-" : ""
        if format == .general {
            return sign
                + (exponent < -4 || exponent >= max(1, precision)
                    ? scientific(digits, exponent) : fixed(digits, exponent))
        }
        let text = sign + fixed(digits, exponent)
        let given = max(0, digits.count - 1 - exponent)
        if precision == given { return text }
        return text + (given == 0 ? "." : "") + String(repeating: "0", count: precision - given)
    }

    private static func printed(_ value: Double, _ format: Format, _ precision: Int) -> String {
        let shape =
            switch format {
            case .fixed: "%.*f"
            case .exponent: "%.*e"
            case .general: "%.*g"
            }
        return withVaList([Int32(clamping: precision), value]) { arguments in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1200, precision + 400)) { room in
                room.withMemoryRebound(to: CChar.self) { text in
                    let needed = Int(vsnprintf(text.baseAddress, text.count, shape, arguments))
                    return String(decoding: UnsafeRawBufferPointer(text)[..<min(needed, text.count - 1)], as: UTF8.self)
                }
            }
        }
    }
}
