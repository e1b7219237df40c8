import Base

/// Go's `html`, `js` and `urlquery`.
public enum GoEscape {
    static func html(_ text: String) -> String {
        guard
            text.utf8.contains(where: { $0 == 0x26 || $0 == 0x27 || $0 == 0x22 || $0 == 0x3C || $0 == 0x3E || $0 == 0 })
        else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\0": out += "\u{FFFD}"
            case "\"": out += "&#34;"
            case "'": out += "&#39;"
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// The three characters that mean something in Slack's markup.
    ///
    /// - Source: Slack's guide to formatting text, "Escaping text".
    static func slack(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0x26 || $0 == 0x3C || $0 == 0x3E }) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    static func javaScript(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "'": out += "\\'"
            case "\"": out += "\\\""
            case "<", ">", "&", "=": out += "\\u" + GoQuote.hex(scalar.value, 4, uppercase: true)
            default:
                if scalar.value >= 0x20, scalar.value < 0x80 || GoQuote.isPrintable(scalar) {
                    out.unicodeScalars.append(scalar)
                } else {
                    out += "\\u" + GoQuote.hex(scalar.value, 4, uppercase: true)
                }
            }
        }
        return out
    }

    /// Go's url.QueryEscape: everything but letters, digits and `-_.~`, a space as `+`.
    public static func query(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x2E, 0x7E: out.append(byte)
            case 0x20: out.append(0x2B)
            default:
                out.append(0x25)
                out += GoQuote.hex(UInt32(byte), 2, uppercase: true).utf8
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
