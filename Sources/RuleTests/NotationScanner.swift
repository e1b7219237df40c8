internal import Glibc
import TimeSeries

/// Walks over the bytes of a line of test series.
struct NotationScanner {
    let bytes: [UInt8]
    var index = 0

    init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

    var isAtEnd: Bool { index >= bytes.count }
    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    func error(_ message: String, at offset: Int? = nil) -> SeriesNotationError {
        SeriesNotationError(message: message, offset: offset ?? index)
    }

    /// What stands here, for messages.
    var found: String {
        guard !isAtEnd else { return "end of line" }
        let word = bytes[index...].prefix(24).prefix { !Self.isSpace($0) }
        return "\"" + String(decoding: word.isEmpty ? bytes[index...index] : word, as: UTF8.self) + "\""
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x5F }

    /// Skips white space; says whether there was some.
    @discardableResult
    mutating func skipSpace() -> Bool {
        let before = index
        while let byte = peek, Self.isSpace(byte) { index += 1 }
        return index > before
    }

    /// Skips `text` when it stands here.
    mutating func skip(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        guard index + length <= bytes.count else { return false }
        for offset in 0..<length where bytes[index + offset] != text.utf8Start[offset] { return false }
        index += length
        return true
    }

    /// Letters, digits and underscores from here on.
    mutating func word() -> String {
        let start = index
        while let byte = peek, Self.isLetter(byte) || Self.isDigit(byte) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    /// A decimal number, Inf or NaN, with a sign where `signed`.
    mutating func number(signed: Bool) throws(SeriesNotationError) -> Double {
        let start = index
        var negative = false
        if signed, let sign = peek, sign == 0x2B || sign == 0x2D {
            negative = sign == 0x2D
            index += 1
        }
        if let byte = peek, Self.isLetter(byte) {
            let letters = String(decoding: bytes[index...].prefix(3), as: UTF8.self).lowercased()
            if letters == "inf" || letters == "nan" {
                index += 3
                // "Infx3" is a word of its own and no number that is repeated.
                if let next = peek, Self.isLetter(next) || Self.isDigit(next) {
                    index = start
                    throw error("expected a number, found \(found)")
                }
                return letters == "nan" ? StaleMarker.normalNaN : negative ? -Double.infinity : .infinity
            }
        }
        let first = index
        func digits(_ at: Int) -> Int { bytes[at...].prefix(while: Self.isDigit).count }
        let whole = digits(index)
        index += whole
        var fraction = 0
        if peek == 0x2E {
            fraction = digits(index + 1)
            index += 1 + fraction
        }
        guard whole + fraction > 0 else {
            index = start
            throw error("expected a number, found \(found)")
        }
        if let byte = peek, byte | 0x20 == 0x65 {
            var end = index + 1
            if end < bytes.count, bytes[end] == 0x2B || bytes[end] == 0x2D { end += 1 }
            let exponent = digits(end)
            if exponent > 0 { index = end + exponent }
        }
        let text = String(decoding: bytes[first..<index], as: UTF8.self)
        // Go reads whole numbers that begin with 0 as octal ones.
        let isOctal = text.utf8.count > 1 && text.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x37 } && text.hasPrefix("0")
        let value = isOctal ? strtod("\(UInt64(text, radix: 8) ?? 0)", nil) : strtod(text, nil)
        if value.isInfinite { throw error("the number \(text) is out of range", at: start) }
        return negative ? -value : value
    }

    /// `xN`: how many more; nil when no `x` stands here.
    mutating func times() throws(SeriesNotationError) -> Int? {
        guard peek == 0x78 else { return nil }
        let start = index
        index += 1
        let digits = bytes[index...].prefix(while: Self.isDigit)
        guard !digits.isEmpty else { throw error("expected a number of repetitions, found \(found)") }
        index += digits.count
        guard let count = Int(String(decoding: digits, as: UTF8.self)) else {
            throw error("number of repetitions is out of range", at: start)
        }
        return count
    }

    /// After an item: white space or the end.
    func expectItemEnd() throws(SeriesNotationError) {
        if let byte = peek, !Self.isSpace(byte) { throw error("unexpected \(found) behind a value") }
    }
}
