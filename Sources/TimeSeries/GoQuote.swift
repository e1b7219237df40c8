/// Texts in double quotes as Go's strconv.Quote writes them.
public enum GoQuote {
    /// `text` in double quotes; control and unprintable characters as escapes, printable Unicode as it is.
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\u{07}": out += "\\a"
            case "\u{08}": out += "\\b"
            case "\u{0C}": out += "\\f"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0B}": out += "\\v"
            default: out += isPrintable(scalar) ? String(scalar) : escape(scalar)
            }
        }
        return out + "\""
    }

    /// Go's idea of printable: letters, marks, numbers, punctuation, symbols and the plain space.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x7F { return scalar.value >= 0x20 }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        if scalar.value < 0x80 { return "\\x" + String(repeating: "0", count: 2 - digits.utf8.count) + digits }
        if scalar.value < 0x10000 { return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits }
        return "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
    }
}
