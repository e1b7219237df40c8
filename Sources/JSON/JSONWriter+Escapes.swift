extension JSONWriter {
    /// Appends `utf8` with the escapes of `escaping`; runs that need none are copied whole.
    mutating func appendEscaped(_ utf8: UnsafeBufferPointer<UInt8>, _ escaping: Escaping) {
        let table = escaping == .html ? JSONEscapes.html : JSONEscapes.plain
        var start = 0
        var index = 0
        while index < utf8.count {
            if let next = JSONEscapes.plainRun(utf8, from: index, html: escaping == .html) {
                index = next
                continue
            }
            let byte = utf8[index]
            if byte < 0x80 {
                if !table.has(byte) {
                    index += 1
                    continue
                }
                bytes.append(contentsOf: utf8[start..<index])
                appendEscape(of: byte)
                index += 1
                start = index
                continue
            }
            let length = JSONEscapes.sequenceLength(utf8, at: index)
            let isSeparator =
                length == 3 && byte == 0xE2 && utf8[index + 1] == 0x80 && utf8[index + 2] & 0xFE == 0xA8
            if length == 0 || (isSeparator && escaping == .html) {
                bytes.append(contentsOf: utf8[start..<index])
                let escape = length == 0 ? "\\ufffd" : utf8[index + 2] == 0xA8 ? "\\u2028" : "\\u2029"
                bytes.append(contentsOf: escape.utf8)
                index += max(1, length)
                start = index
            } else {
                index += length
            }
        }
        bytes.append(contentsOf: utf8[start..<utf8.count])
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            let digits = Array("0123456789abcdef".utf8)
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(digits[Int(byte >> 4)])
            bytes.append(digits[Int(byte & 15)])
        }
    }
}

/// Which ASCII bytes are escaped, and the length of UTF-8 sequences.
enum JSONEscapes {
    /// A set of ASCII characters, a bit each.
    struct ASCIISet {
        let low: UInt64
        let high: UInt64

        @inline(__always)
        func has(_ byte: UInt8) -> Bool { (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte - 64)) & 1 != 0 }
    }

    /// Control characters, `"` and `\\`.
    static let plain = ASCIISet(low: 0xFFFF_FFFF | 1 << 0x22, high: 1 << (0x5C - 64))
    /// Also `<`, `>` and `&`.
    static let html = ASCIISet(low: plain.low | 1 << 0x3C | 1 << 0x3E | 1 << 0x26, high: plain.high)

    /// Behind 8 bytes that are ASCII and not escaped; nil where one is otherwise, or there are not so many.
    @inline(__always)
    static func plainRun(_ utf8: UnsafeBufferPointer<UInt8>, from index: Int, html: Bool) -> Int? {
        guard index + 8 <= utf8.count else { return nil }
        let word = UnsafeRawBufferPointer(utf8).loadUnaligned(fromByteOffset: index, as: UInt64.self)
        var odd = ByteWord.unplain(word)
        if html { odd |= ByteWord.has(0x3C, word) | ByteWord.has(0x3E, word) | ByteWord.has(0x26, word) }
        return odd == 0 ? index + 8 : nil
    }

    /// The length of the well-formed sequence at `index`; 0 when it is not well-formed.
    static func sequenceLength(_ utf8: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let first = utf8[index]
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if first == 0xE0 { lowest = 0xA0 }
            if first == 0xED { highest = 0x9F }
        case 0xF0...0xF4:
            length = 4
            if first == 0xF0 { lowest = 0x90 }
            if first == 0xF4 { highest = 0x8F }
        default: return 0
        }
        guard index + length <= utf8.count, utf8[index + 1] >= lowest, utf8[index + 1] <= highest else { return 0 }
        for next in (index + 2)..<max(index + 2, index + length) where utf8[next] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
