/// Go's quoted strings: writing (`strconv.Quote`) and reading (`strconv.Unquote`).
public enum GoQuote {
    /// `text` between double quotes, with Go's escapes.
    public static func quoted(_ text: String, quote: Unicode.Scalar = "\"", ascii: Bool = false) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "\"") }),
            quote == "\""
        {
            return "\"\(text)\""
        }
        var out = String.UnicodeScalarView()
        out.append(quote)
        for scalar in text.unicodeScalars { append(scalar, to: &out, quote: quote, ascii: ascii) }
        out.append(quote)
        return String(out)
    }

    private static func append(
        _ scalar: Unicode.Scalar, to out: inout String.UnicodeScalarView, quote: Unicode.Scalar, ascii: Bool
    ) {
        if scalar == quote || scalar == "\\" {
            out.append("\\")
            out.append(scalar)
            return
        }
        if scalar.value < 0x80 ? (scalar.value >= 0x20 && scalar.value < 0x7F) : (!ascii && isPrintable(scalar)) {
            out.append(scalar)
            return
        }
        let escape: String
        switch scalar.value {
        case 7: escape = "\\a"
        case 8: escape = "\\b"
        case 12: escape = "\\f"
        case 10: escape = "\\n"
        case 13: escape = "\\r"
        case 9: escape = "\\t"
        case 11: escape = "\\v"
        case ..<0x20, 0x7F: escape = "\\x" + hex(scalar.value, 2)
        case ..<0x10000: escape = "\\u" + hex(scalar.value, 4)
        default: escape = "\\U" + hex(scalar.value, 8)
        }
        out.append(contentsOf: escape.unicodeScalars)
    }

    /// A number in hexadecimal digits, at least `width` of them.
    public static func hex(_ value: UInt32, _ width: Int, uppercase: Bool = false) -> String {
        let digits = String(value, radix: 16, uppercase: uppercase)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    /// Go's unicode.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space.
    public static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 { return scalar.value >= 0x20 && scalar.value < 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator,
            .paragraphSeparator:
            return false
        default: return true
        }
    }

    /// The text of a Go string literal, quoted or raw; nil when it is malformed.
    public static func unquoted(_ literal: String) -> String? {
        var bytes = Array(literal.utf8)
        guard bytes.count >= 2, let mark = bytes.first, mark == bytes.last else { return nil }
        bytes = Array(bytes[1..<bytes.count - 1])
        if mark == UInt8(ascii: "`") {
            if bytes.contains(mark) { return nil }
            return String(decoding: bytes.filter { $0 != 0x0D }, as: UTF8.self)
        }
        guard mark == UInt8(ascii: "\""), !bytes.contains(0x0A) else { return nil }
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == mark { return nil }
            guard bytes[index] == UInt8(ascii: "\\") else {
                out.append(bytes[index])
                index += 1
                continue
            }
            guard escape(bytes, &index, quote: mark, into: &out) else { return nil }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The character of a literal such as `'a'` or `'\n'`; nil when it is malformed.
    public static func character(_ literal: String) -> Unicode.Scalar? {
        let bytes = Array(literal.utf8)
        guard bytes.count >= 3, bytes.first == UInt8(ascii: "'"), bytes.last == UInt8(ascii: "'") else { return nil }
        let inner = Array(bytes[1..<bytes.count - 1])
        if inner[0] == UInt8(ascii: "\\") {
            var out: [UInt8] = []
            var index = 0
            guard escape(inner, &index, quote: UInt8(ascii: "'"), into: &out), index == inner.count else { return nil }
            if out.count == 1, let only = out.first { return Unicode.Scalar(only) }
            return String(decoding: out, as: UTF8.self).unicodeScalars.first
        }
        let scalars = String(decoding: inner, as: UTF8.self).unicodeScalars
        return scalars.count == 1 && scalars.first != "'" ? scalars.first : nil
    }

    /// The control character that a letter behind a backslash stands for; nil for all others.
    public static func control(_ letter: Unicode.Scalar) -> UInt8? {
        switch letter {
        case "a": 7
        case "b": 8
        case "f": 12
        case "n": 10
        case "r": 13
        case "t": 9
        case "v": 11
        default: nil
        }
    }

    private static func escape(_ bytes: [UInt8], _ index: inout Int, quote: UInt8, into out: inout [UInt8]) -> Bool {
        guard index + 1 < bytes.count else { return false }
        let letter = bytes[index + 1]
        index += 2
        let scalar = Unicode.Scalar(letter)
        if let control = control(scalar) {
            out.append(control)
            return true
        }
        switch scalar {
        case "\\": out.append(letter)
        case "'", "\"":
            guard letter == quote else { return false }
            out.append(letter)
        case "x":
            guard let value = number(bytes, &index, width: 2, radix: 16) else { return false }
            out.append(UInt8(truncatingIfNeeded: value))
        case "u", "U":
            guard let value = number(bytes, &index, width: letter == UInt8(ascii: "u") ? 4 : 8, radix: 16),
                let scalar = Unicode.Scalar(value)
            else { return false }
            out += Array(String(scalar).utf8)
        case "0"..."7":
            index -= 1
            guard let value = number(bytes, &index, width: 3, radix: 8), value < 256 else { return false }
            out.append(UInt8(truncatingIfNeeded: value))
        default: return false
        }
        return true
    }

    private static func number(_ bytes: [UInt8], _ index: inout Int, width: Int, radix: Int) -> UInt32? {
        guard index + width <= bytes.count else { return nil }
        let digits = String(decoding: bytes[index..<index + width], as: UTF8.self)
        guard !digits.hasPrefix("+"), !digits.hasPrefix("-") else { return nil }
        index += width
        return UInt32(digits, radix: radix)
    }
}
