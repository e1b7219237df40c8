/// Numbers as Go reads them: the forms that the lexer lets through.
enum NumberText {
    /// Why a number has no value.
    struct Problem: Error {
        var reason: String
    }

    /// The value of a number: decimal, hexadecimal with `0x`, octal with a leading `0`, `Inf`, `NaN`.
    static func value(of bytes: ArraySlice<UInt8>) throws(Problem) -> Double {
        if let small = smallInteger(bytes) { return small }
        guard hasUnderscoresInPlace(bytes) else { throw Problem(reason: "invalid syntax") }
        let text = String(decoding: bytes.filter { $0 != 0x5F }, as: UTF8.self)
        if bytes.first == 0x30, bytes.count > 2, bytes[bytes.startIndex + 1] | 0x20 == 0x78 {
            guard let value = Int64(text.dropFirst(2), radix: 16) else { throw Problem(reason: "invalid syntax") }
            return Double(value)
        }
        if bytes.first == 0x30, bytes.count > 1, let octal = Int64(text, radix: 8) { return Double(octal) }
        if let whole = Int64(text) { return Double(whole) }
        switch text.lowercased() {
        case "inf": return .infinity
        case "nan": return .nan
        default: break
        }
        guard let value = Double(text.hasSuffix(".") ? text + "0" : text.hasPrefix(".") ? "0" + text : text) else {
            throw Problem(reason: "invalid syntax")
        }
        if value.isInfinite { throw Problem(reason: "value out of range") }
        return value
    }

    /// Underscores stand between digits, or behind the prefix of a hexadecimal number.
    private static func hasUnderscoresInPlace(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.contains(0x5F) else { return true }
        for (index, byte) in zip(bytes.indices, bytes) where byte == 0x5F {
            guard index > bytes.startIndex, index + 1 < bytes.endIndex else { return false }
            let before = bytes[index - 1]
            let isBehindPrefix = before | 0x20 == 0x78 && index == bytes.startIndex + 2
            let isHexadecimal = bytes.count > 2 && bytes[bytes.startIndex + 1] | 0x20 == 0x78
            let isDigit = { (byte: UInt8) in
                LexicalClass.isDigit(Int(byte)) || (isHexadecimal && LexicalClass.isAlphanumeric(Int(byte)))
            }
            guard isBehindPrefix || isDigit(before), isDigit(bytes[index + 1]), bytes[index + 1] != 0x5F else {
                return false
            }
        }
        return true
    }

    /// A few digits without a leading zero, the usual case.
    private static func smallInteger(_ bytes: ArraySlice<UInt8>) -> Double? {
        guard bytes.count <= 15, bytes.first != 0x30 || bytes.count == 1 else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            guard byte >= 0x30, byte <= 0x39 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return Double(value)
    }
}
