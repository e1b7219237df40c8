import Base

/// Values inside addresses.
enum URLEscapers {
    /// Whether an address has no scheme, or one that runs nothing.
    static func isSafe(_ url: String) -> Bool {
        guard let colon = url.firstIndex(of: ":") else { return true }
        let scheme = url[..<colon]
        if scheme.contains("/") { return true }
        return ["http", "https", "mailto"].contains(HTMLBytes.lower(scheme.utf8))
    }

    /// Percent-encoding; with `keeps` what has a meaning in addresses stays.
    static func escaped(_ text: String, keeps: Bool) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            switch Unicode.Scalar(byte) {
            case "-", ".", "_", "~", "a"..."z", "A"..."Z", "0"..."9": out.append(byte)
            case "!", "#", "$", "&", "*", "+", ",", "/", ":", ";", "=", "?", "@", "[", "]":
                append(byte, encoded: !keeps, &out)
            case "%":
                let isEscape =
                    keeps && index + 2 < bytes.count && HTMLBytes.isHex(bytes[index + 1])
                    && HTMLBytes.isHex(bytes[index + 2])
                append(byte, encoded: !isEscape, &out)
            default: append(byte, encoded: true, &out)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func append(_ byte: UInt8, encoded: Bool, _ out: inout [UInt8]) {
        if encoded {
            out.append(0x25)
            out += GoQuote.hex(UInt32(byte), 2).utf8
        } else {
            out.append(byte)
        }
    }

    /// A list of addresses with sizes, as in `srcset`.
    static func sourceSet(_ text: String, _ kind: SafeText.Kind?) -> String {
        switch kind {
        case .sourceSet: return text
        case .url:
            return String(escaped(text, keeps: true).flatMap { $0 == "," ? Array("%2c") : [$0] })
        default:
            let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            return parts.map { source(String($0)) }.joined(separator: ",")
        }
    }

    private static func source(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let start = bytes.firstIndex { !HTMLBytes.isSpace($0) } ?? bytes.count
        let end = bytes[start...].firstIndex { HTMLBytes.isSpace($0) } ?? bytes.count
        let url = String(decoding: bytes[start..<end], as: UTF8.self)
        let harmless = bytes[end...].allSatisfy { HTMLBytes.isSpace($0) || HTMLBytes.isAlphanumeric($0) }
        guard isSafe(url), harmless else { return "#" + HTMLEscapers.refused }
        return String(decoding: bytes[..<start], as: UTF8.self) + escaped(url, keeps: true)
            + String(decoding: bytes[end...], as: UTF8.self)
    }
}
