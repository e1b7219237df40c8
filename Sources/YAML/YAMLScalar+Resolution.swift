/// Types of plain scalars and typed reading, as Go's yaml packages do them (their table is YAML 1.1's and 1.2's mixed).
extension YAMLScalar {
    /// The value by the core schema: quoted and block scalars are text, `yes` and `on` are text too (see ``boolean``).
    public var resolved: YAMLValue {
        switch tag {
        case .nonSpecific, .string, .other, .binary, .timestamp, .merge: return .string(text)
        case .null: return .null
        case .implicit: if style != .plain { return .string(text) }
        case .integer, .float, .boolean: break
        }
        return Self.resolvePlain(text)
    }

    /// Read as a boolean: also `yes`, `no`, `on`, `off`, `y`, `n` where they are not quoted; nil for anything else.
    public var boolean: Bool? {
        if case .boolean(let value) = resolved { return value }
        guard (style == .plain && tag == .implicit) || tag == .boolean else { return nil }
        switch text {
        case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": return true
        case "n", "N", "no", "No", "NO", "off", "Off", "OFF": return false
        default: return nil
        }
    }

    /// Read as a whole number; fractions are cut as Go does it; nil for text, even if it has only digits.
    public var integer: Int64? {
        switch resolved {
        case .integer(let value): value
        case .float(let value): value < -9.3e18 ? .min : Int64(exactly: value.rounded(.towardZero))
        case .null, .boolean, .unsigned, .string: nil
        }
    }

    /// Read as a floating point number; nil for text.
    public var double: Double? {
        switch resolved {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .float(let value): value
        case .null, .boolean, .string: nil
        }
    }

    private static func resolvePlain(_ text: String) -> YAMLValue {
        guard let first = text.utf8.first else { return .null }
        switch first {
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "~"):
            return ["~", "null", "Null", "NULL"].contains(text) ? .null : .string(text)
        case UInt8(ascii: "t"), UInt8(ascii: "T"):
            return ["true", "True", "TRUE"].contains(text) ? .boolean(true) : .string(text)
        case UInt8(ascii: "f"), UInt8(ascii: "F"):
            return ["false", "False", "FALSE"].contains(text) ? .boolean(false) : .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            return number(text) ?? .string(text)
        default: return .string(text)
        }
    }

    private static func number(_ text: String) -> YAMLValue? {
        switch text {
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .float(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .float(-.infinity)
        default: break
        }
        let plain = text.utf8.contains(UInt8(ascii: "_")) ? text.filter { $0 != "_" } : text
        return wholeNumber(plain) ?? (isDecimal(plain) ? Double(plain).map(YAMLValue.float) : nil)
    }

    private static func wholeNumber(_ text: String) -> YAMLValue? {
        var digits = text[...]
        var negative = false
        if let sign = digits.first, sign == "+" || sign == "-" {
            negative = sign == "-"
            digits = digits.dropFirst()
        }
        var radix = 10
        if digits.hasPrefix("0"), digits.utf8.count > 1 {
            switch digits.dropFirst().first {
            case "x", "X": (radix, digits) = (16, digits.dropFirst(2))
            case "b", "B": (radix, digits) = (2, digits.dropFirst(2))
            case "o", "O": (radix, digits) = (8, digits.dropFirst(2))
            default: (radix, digits) = (8, digits.dropFirst())
            }
        }
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        if let value = Int64((negative ? "-" : "") + digits, radix: radix) { return .integer(value) }
        if !negative, let value = UInt64(digits, radix: radix) { return .unsigned(value) }
        return nil
    }

    /// Whether it is a decimal number: digits with at most one point and an exponent, no `inf`, no hexadecimal.
    private static func isDecimal(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let digit: (UInt8) -> Bool = { $0 >= 0x30 && $0 <= 0x39 }
        let whole = rest.prefix(while: digit).count
        rest = rest.dropFirst(whole)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix(while: digit).count
            rest = rest.dropFirst(fraction)
        }
        guard whole + fraction > 0 else { return false }
        guard let mark = rest.first else { return true }
        guard mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") else { return false }
        rest = rest.dropFirst()
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
        return !rest.isEmpty && rest.allSatisfy(digit)
    }
}
