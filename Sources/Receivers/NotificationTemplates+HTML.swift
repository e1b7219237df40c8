import Base
import GoTemplate

extension NotificationTemplates {
    /// Runs `text` over data whose texts are all escaped for HTML, so that no label or annotation can become markup.
    ///
    /// Narrower than Go's html/template, which looks at where each value stands: `safeHtml` has no effect here.
    /// - Throws: Why it is no template, or failed; then nothing of it is to be used.
    public func html(_ text: String, _ data: NotificationData, at now: Timestamp) throws(TemplateError) -> String {
        try self.text(text, data.escapedForHTML.value, at: now)
    }
}

extension NotificationData {
    fileprivate var escapedForHTML: NotificationData {
        var copy = self
        copy.receiver = Self.escaped(receiver)
        copy.externalURL = Self.escaped(externalURL)
        copy.groupLabels = Self.escaped(groupLabels)
        copy.commonLabels = Self.escaped(commonLabels)
        copy.commonAnnotations = Self.escaped(commonAnnotations)
        for index in copy.alerts.indices {
            copy.alerts[index].labels = Self.escaped(alerts[index].labels)
            copy.alerts[index].annotations = Self.escaped(alerts[index].annotations)
            copy.alerts[index].generatorURL = Self.escapedAddress(alerts[index].generatorURL)
        }
        return copy
    }

    private static func escaped(_ pairs: [String: String]) -> [String: String] {
        Dictionary(pairs.map { (escaped($0.key), escaped($0.value)) }, uniquingKeysWith: { $1 })
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&#34;"
            case "'": out += "&#39;"
            case "+": out += "&#43;"
            case "\u{0}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// An address for an attribute: only http, https, mailto and relative ones stay.
    private static func escapedAddress(_ text: String) -> String {
        let head = text.prefix { $0 != ":" && $0 != "/" }
        if head.count < text.count, text.dropFirst(head.count).first == ":",
            !["http", "https", "mailto"].contains(head.lowercased())
        {
            return "#ZgotmplZ"
        }
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x21, 0x23...0x26, 0x28...0x3B, 0x3D, 0x3F...0x5B, 0x5D, 0x5F, 0x61...0x7A, 0x7E:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                out += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return escaped(out)
    }
}
