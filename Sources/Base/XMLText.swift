/// Text inside of XML documents.
public enum XMLText {
    /// `text` for content and for attributes in double quotes: markup is escaped, characters that XML 1.0 cannot hold
    /// become U+FFFD, line breaks and tabs are kept as references where `isAttribute`.
    public static func escaped(_ text: String, isAttribute: Bool = false) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out.append(contentsOf: "&amp;".unicodeScalars)
            case "<": out.append(contentsOf: "&lt;".unicodeScalars)
            case ">": out.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": out.append(contentsOf: "&quot;".unicodeScalars)
            case "\n", "\t", "\r":
                if isAttribute || scalar == "\r" {
                    out.append(contentsOf: "&#\(scalar.value);".unicodeScalars)
                } else {
                    out.append(scalar)
                }
            case _ where isAllowed(scalar): out.append(scalar)
            default: out.append("\u{FFFD}")
            }
        }
        return String(out)
    }

    /// ` name="value"`.
    public static func attribute(_ name: String, _ value: String) -> String {
        " \(name)=\"\(escaped(value, isAttribute: true))\""
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0xFFFE, 0xFFFF: false
        default: true
        }
    }
}
