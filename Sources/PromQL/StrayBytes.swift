import Base
import TimeSeries

/// Bytes in quoted texts that are no UTF-8, which Go's strings may hold and Swift's may not.
///
/// Each stands for itself as a character of a private plane, so that the text is printed as it was written.
public enum StrayBytes {
    private static let base: UInt32 = 0x10_FE00

    /// The text of `bytes`; stray ones become characters of their own.
    static func text(_ bytes: [UInt8]) -> String {
        let plain = String(decoding: bytes, as: UTF8.self)
        guard plain.unicodeScalars.contains("\u{FFFD}"), String(validating: bytes, as: UTF8.self) == nil else {
            return plain
        }
        var text = String.UnicodeScalarView()
        var rest = bytes[...]
        while let first = rest.first {
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self) != nil }
            if let length, let valid = String(validating: rest.prefix(length), as: UTF8.self) {
                text.append(contentsOf: valid.unicodeScalars)
                rest = rest.dropFirst(length)
            } else {
                text.append(Unicode.Scalar(base + UInt32(first)) ?? "\u{FFFD}")
                rest = rest.dropFirst()
            }
        }
        return String(text)
    }

    /// Whether a text holds stray bytes: it is then no name of a label.
    public static func isAny(in text: String) -> Bool { text.unicodeScalars.contains { byte(of: $0) != nil } }

    /// `text` in double quotes as Go's strconv.Quote writes it, stray bytes as `\xc5`.
    public static func quoted(_ text: String) -> String {
        guard isAny(in: text) else { return GoQuote.quoted(text) }
        var out = ""
        for scalar in text.unicodeScalars {
            if let byte = byte(of: scalar) {
                out += "\\x" + String(byte, radix: 16)
            } else {
                // By scalars: a combining mark and the quote before it are one character.
                out.unicodeScalars += GoQuote.quoted(String(scalar)).unicodeScalars.dropFirst().dropLast()
            }
        }
        return "\"" + out + "\""
    }

    private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        scalar.value >= base + 0x80 && scalar.value <= base + 0xFF ? UInt8(scalar.value - base) : nil
    }
}
