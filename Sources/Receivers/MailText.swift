/// How texts are written in mails: encoded words in headers, quoted-printable in bodies.
enum MailText {
    /// `text` as a header's value: as it is when it is plain ASCII, else as encoded words of RFC 2047.
    ///
    /// Line breaks and other control characters are always encoded, so no value can begin another header.
    static func header(_ text: String) -> String {
        if text.utf8.allSatisfy({ 0x20...0x7E ~= $0 || $0 == 0x09 }) { return text }
        // 75 characters a word, `=?utf-8?q?` and `?=` among them.
        let room = 75 - 12
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            let encoded = Array(String(scalar).utf8).map(encodedByte).joined()
            if word.utf8.count + encoded.utf8.count > room {
                words.append(word)
                word = ""
            }
            word += encoded
        }
        words.append(word)
        return words.map { "=?utf-8?q?\($0)?=" }.joined(separator: " ")
    }

    private static func encodedByte(_ byte: UInt8) -> String {
        switch byte {
        case 0x20: "_"
        case 0x21...0x7E where byte != UInt8(ascii: "=") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "_"):
            String(Unicode.Scalar(byte))
        default: "=" + hex(byte)
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// `text` as quoted-printable: lines of at most 76 characters, line feeds as CR LF.
    ///
    /// - Source: RFC 2045 section 6.7.
    static func quotedPrintable(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        var column = 0
        let bytes = Array(text.utf8)
        func isLineEnd(_ index: Int) -> Bool {
            index == bytes.count || bytes[index] == 0x0A
                || (bytes[index] == 0x0D && index + 1 < bytes.count && bytes[index + 1] == 0x0A)
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if isLineEnd(index) {
                index += byte == 0x0D ? 2 : 1
                out += [0x0D, 0x0A]
                column = 0
                continue
            }
            let isSpace = byte == 0x20 || byte == 0x09
            let isPlain = isSpace ? !isLineEnd(index + 1) : 0x21...0x7E ~= byte && byte != UInt8(ascii: "=")
            let piece = isPlain ? [byte] : Array("=\(hex(byte))".utf8)
            // The last column is kept for the soft line break.
            if column + piece.count > 75 {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
            }
            out += piece
            column += piece.count
            index += 1
        }
        return out
    }

    /// A day as in ISO 8601: `2026-11-20`.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> String {
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(year)-\(two(month))-\(two(day))"
    }

    /// A date as mails have it: `Fri, 20 Nov 2026 11:35:01 +0000`.
    static func date(_ year: Int, _ month: Int, _ day: Int, weekday: Int, _ clock: (Int, Int, Int)) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }
        return "\(days[weekday]), \(two(day)) \(months[month - 1]) \(year) "
            + "\(two(clock.0)):\(two(clock.1)):\(two(clock.2)) +0000"
    }
}
