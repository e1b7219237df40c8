import Base
internal import Glibc

/// A number as it was written, in all the shapes that fit it.
///
/// Go's constants have no type until one is asked for: `1` serves as int and as float, `1.0` too.
struct NumberLiteral: Sendable {
    let text: String
    private(set) var int: Int64?
    private(set) var unsigned: UInt64?
    private(set) var float: Double?

    /// Whether the literal is an int where nothing says what it should be.
    var looksLikeFloat: Bool {
        guard float != nil, !text.hasPrefix("'") else { return false }
        let hexadecimal =
            text.count > 2 && text.hasPrefix("0") && "xX".contains(text[text.index(after: text.startIndex)])
        if hexadecimal, !text.contains("p"), !text.contains("P") { return false }
        return text.contains { ".eEpP".contains($0) }
    }

    /// A character constant such as `'a'`.
    init(character: Unicode.Scalar, text: String) {
        self.text = text
        int = Int64(character.value)
        unsigned = UInt64(character.value)
        float = Double(character.value)
    }

    /// Reads a number.
    /// - Throws: the message of Go's parser.
    init(_ text: String) throws(NumberError) {
        self.text = text
        if text.hasSuffix("i") { throw NumberError(message: "complex numbers are not supported: \(text)") }
        let negative = text.hasPrefix("-")
        let signed = negative || text.hasPrefix("+")
        if let magnitude = Self.magnitude(signed ? String(text.dropFirst()) : text) {
            if !signed || magnitude == 0 { unsigned = magnitude }
            if negative {
                if magnitude <= UInt64(Int64.max) + 1 { int = Int64(truncatingIfNeeded: 0 &- magnitude) }
            } else {
                int = Int64(exactly: magnitude)
            }
        }
        if let int {
            float = Double(int)
        } else if let unsigned {
            float = Double(unsigned)
        } else if let value = Self.floating(text) {
            if !text.contains(where: { ".eEpP".contains($0) }) {
                throw NumberError(message: "integer overflow: \(GoQuote.quoted(text))")
            }
            float = value
            int = Int64(exactly: value)
            unsigned = UInt64(exactly: value)
        } else {
            throw NumberError(message: "illegal number syntax: \(GoQuote.quoted(text))")
        }
    }

    /// A whole number with Go's prefixes and underscores; nil when it is none or too large.
    private static func magnitude(_ text: String) -> UInt64? {
        let bytes = Array(text.utf8)
        guard bytes.count > 1, bytes[0] == 0x30 else { return digits(bytes, 10, underscores: false) }
        switch bytes[1] {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): return digits(Array(bytes.dropFirst(2)), 16, underscores: true)
        case UInt8(ascii: "o"), UInt8(ascii: "O"): return digits(Array(bytes.dropFirst(2)), 8, underscores: true)
        case UInt8(ascii: "b"), UInt8(ascii: "B"): return digits(Array(bytes.dropFirst(2)), 2, underscores: true)
        default: return digits(Array(bytes.dropFirst()), 8, underscores: true)
        }
    }

    private static func digits(_ bytes: [UInt8], _ radix: UInt64, underscores: Bool) -> UInt64? {
        guard !bytes.isEmpty, bytes.last != UInt8(ascii: "_") else { return nil }
        var value: UInt64 = 0
        var afterUnderscore = !underscores
        for byte in bytes {
            if byte == UInt8(ascii: "_") {
                if afterUnderscore { return nil }
                afterUnderscore = true
                continue
            }
            afterUnderscore = false
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte - 0x30)
            case 0x61...0x66: digit = UInt64(byte - 0x61) + 10
            case 0x41...0x46: digit = UInt64(byte - 0x41) + 10
            default: return nil
            }
            guard digit < radix else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: radix)
            let (sum, overflowed) = scaled.addingReportingOverflow(digit)
            if overflow || overflowed { return nil }
            value = sum
        }
        return value
    }

    private static func floating(_ text: String) -> Double? {
        let hexadecimal = text.lowercased().contains("0x")
        if hexadecimal, !text.lowercased().contains("p") { return nil }
        guard underscoresSeparateDigits(text) else { return nil }
        let cleaned = text.filter { $0 != "_" }
        let unsigned = cleaned.first == "-" || cleaned.first == "+" ? cleaned.dropFirst() : cleaned[...]
        guard let first = unsigned.utf8.first, (0x30...0x39).contains(first) || first == UInt8(ascii: ".") else {
            return nil
        }
        guard unsigned.utf8.contains(where: { (0x30...0x39).contains($0) }) else { return nil }
        guard let value = Double(cleaned.hasPrefix("+") ? String(cleaned.dropFirst()) : cleaned) ?? viaLibrary(cleaned)
        else { return nil }
        return value.isInfinite ? nil : value
    }

    /// Whether each underscore stands between two digits, or between a prefix such as `0x` and a digit.
    private static func underscoresSeparateDigits(_ text: String) -> Bool {
        var bytes = Array(text.lowercased().utf8)[...]
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        let isHexadecimal = bytes.starts(with: "0x".utf8)
        if isHexadecimal { bytes = bytes.dropFirst() }
        var followsDigit = isHexadecimal
        var isOpen = false
        for byte in isHexadecimal ? bytes.dropFirst() : bytes {
            if byte == UInt8(ascii: "_") {
                guard followsDigit else { return false }
                (followsDigit, isOpen) = (false, true)
                continue
            }
            followsDigit = (0x30...0x39).contains(byte) || isHexadecimal && (0x61...0x66).contains(byte)
            if isOpen, !followsDigit { return false }
            isOpen = false
        }
        return !isOpen
    }

    /// Forms such as `.5` and `5.` that Swift's reader refuses.
    private static func viaLibrary(_ text: String) -> Double? {
        text.withCString { start in
            var end: UnsafeMutablePointer<CChar>?
            let value = strtod(start, &end)
            guard let end, end.pointee == 0, end != start else { return nil }
            return value
        }
    }
}

/// Why a number was refused.
struct NumberError: Error {
    let message: String
}
