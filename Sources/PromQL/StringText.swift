/// Texts in Go's quotes: double, single (with the same escapes) and backquotes (none).
enum StringText {
    /// Steps over an escape whose backslash was read; says what is wrong with it.
    static func skipEscape(in bytes: [UInt8], at position: inout Int, quote: UInt8) -> String? {
        guard position < bytes.count else { return "escape sequence not terminated" }
        let (digits, base): (Int, UInt32)
        let maximum: UInt32
        switch bytes[position] {
        case 0x61, 0x62, 0x66, 0x6E, 0x72, 0x74, 0x76, 0x5C, quote:
            position += 1
            return nil
        case 0x30...0x37: (digits, base, maximum) = (3, 8, 255)
        case 0x78: (digits, base, maximum) = (2, 16, 255)
        case 0x75: (digits, base, maximum) = (4, 16, 0x10FFFF)
        case 0x55: (digits, base, maximum) = (8, 16, 0x10FFFF)
        default:
            let scalar = LexicalClass.scalar(in: bytes, at: position).0
            return "unknown escape sequence \(described(scalar))"
        }
        if base == 16 { position += 1 }
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard position < bytes.count else { return "escape sequence not terminated" }
            guard let digit = digitValue(bytes[position]), digit < base else {
                let scalar = LexicalClass.scalar(in: bytes, at: position).0
                return "illegal character \(described(scalar)) in escape sequence"
            }
            value = value &* base &+ digit
            position += 1
        }
        if value > maximum || (value >= 0xD800 && value < 0xE000) {
            return "escape sequence is an invalid Unicode code point"
        }
        return nil
    }

    /// The text that a string token means. Bytes that are no UTF-8 are kept as ``StrayBytes``.
    static func unquote(_ bytes: ArraySlice<UInt8>) -> String {
        let body = bytes.dropFirst().dropLast()
        if bytes.first == 0x60 {
            return String(decoding: body.contains(0x0D) ? body.filter { $0 != 0x0D }[...] : body, as: UTF8.self)
        }
        guard body.contains(0x5C) else { return String(decoding: body, as: UTF8.self) }
        var out: [UInt8] = []
        var index = body.startIndex
        while index < body.endIndex {
            let byte = body[index]
            index += 1
            guard byte == 0x5C, index < body.endIndex else {
                out.append(byte)
                continue
            }
            let letter = body[index]
            index += 1
            switch letter {
            case 0x61: out.append(0x07)
            case 0x62: out.append(0x08)
            case 0x66: out.append(0x0C)
            case 0x6E: out.append(0x0A)
            case 0x72: out.append(0x0D)
            case 0x74: out.append(0x09)
            case 0x76: out.append(0x0B)
            case 0x30...0x37:
                out.append(UInt8(truncatingIfNeeded: number(body[(index - 1)..<(index + 2)], base: 8)))
                index += 2
            case 0x78:
                out.append(UInt8(truncatingIfNeeded: number(body[index..<(index + 2)], base: 16)))
                index += 2
            case 0x75, 0x55:
                let length = letter == 0x75 ? 4 : 8
                let scalar = Unicode.Scalar(number(body[index..<(index + length)], base: 16)) ?? "\u{FFFD}"
                out += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                index += length
            default: out.append(letter)
            }
        }
        return StrayBytes.text(out)
    }

    private static func number(_ digits: ArraySlice<UInt8>, base: UInt32) -> UInt32 {
        digits.reduce(0) { $0 &* base &+ (digitValue($1) ?? 0) }
    }

    private static func digitValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte - 0x30)
        case 0x61...0x66: UInt32(byte - 0x61 + 10)
        case 0x41...0x46: UInt32(byte - 0x41 + 10)
        default: nil
        }
    }

    /// `U+0041 'A'` as Go's %#U prints a character.
    private static func described(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
            + " '\(String(Character(scalar)))'"
    }
}
