import Base

/// Values inside scripts.
enum ScriptEscapers {
    /// A value as an expression: JSON, with spaces where it could run into a neighbour.
    static func value(_ arguments: [TemplateValue], limit: Int) throws(FunctionFailure) -> String {
        var value = arguments.first ?? .null
        if arguments.count == 1 {
            switch value {
            case .safe(let safe) where safe.kind == .javaScript: return safe.text
            case .safe(let safe) where safe.kind == .javaScriptString: return "\"\(safe.text)\""
            case .time: break
            default:
                if let text = value.describedBySelf { value = .string(text) }
            }
        } else {
            value = .string(GoFormat.sprint(arguments, limit: limit))
        }
        let json: String
        do throws(FunctionFailure) {
            json = try GoJSON.text(value, limit: limit)
        } catch {
            guard case .error(let message) = error else { throw error }
            return " /* \(message.replacingCommentEnds) */null "
        }
        guard let first = json.utf8.first, let last = json.utf8.last else { return " null " }
        return HTMLBytes.isScriptName(first) || HTMLBytes.isScriptName(last) ? " \(json) " : json
    }

    private static let common: [Unicode.Scalar: String] = [
        "\t": "\\t", "\n": "\\n", "\u{C}": "\\f", "\r": "\\r", "\"": "\\u0022", "`": "\\u0060", "&": "\\u0026",
        "'": "\\u0027", "+": "\\u002b", "/": "\\/", "<": "\\u003c", ">": "\\u003e", "\u{2028}": "\\u2028",
        "\u{2029}": "\\u2029",
    ]

    private static func replaced(_ text: String, _ more: [Unicode.Scalar: String]) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if let other = more[scalar] ?? common[scalar] {
                out += other
            } else if scalar.value < 0x20 {
                out += "\\u" + GoQuote.hex(scalar.value, 4)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// A value inside a quoted string.
    static func string(_ text: String, keepsBackslash: Bool) -> String {
        replaced(text, keepsBackslash ? [:] : ["\\": "\\\\"])
    }

    /// A value inside a template literal.
    static func templateLiteral(_ text: String) -> String {
        replaced(text, ["\\": "\\\\", "$": "\\u0024", "{": "\\u007b", "}": "\\u007d"])
    }

    /// A value inside a regular expression.
    static func regexp(_ text: String) -> String {
        var table: [Unicode.Scalar: String] = [:]
        for scalar in "$()*-.?[\\]^{|}".unicodeScalars { table[scalar] = "\\\(scalar)" }
        let out = replaced(text, table)
        return out.isEmpty ? "(?:)" : out
    }
}

extension String {
    /// Nothing in it can end a comment or a script.
    fileprivate var replacingCommentEnds: String {
        String(flatMap { $0 == "*" || $0 == "/" || $0 == "<" ? " " : String($0) })
    }
}

/// Values inside style sheets.
enum StyleEscapers {
    private static let table: [Unicode.Scalar: String] = [
        "\0": "\\0", "\t": "\\9", "\n": "\\a", "\u{C}": "\\c", "\r": "\\d", "\"": "\\22", "&": "\\26", "'": "\\27",
        "(": "\\28", ")": "\\29", "+": "\\2b", "/": "\\2f", ":": "\\3a", ";": "\\3b", "<": "\\3c", ">": "\\3e",
        "\\": "\\\\", "{": "\\7b", "}": "\\7d",
    ]

    /// A value inside a quoted string.
    static func text(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var out = ""
        for (index, scalar) in scalars.enumerated() {
            guard let other = table[scalar] else {
                out.unicodeScalars.append(scalar)
                continue
            }
            out += other
            // A space ends the digits where more would follow.
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            let needsSpace =
                next.map { $0.value < 0x80 && (HTMLBytes.isHex(UInt8($0.value)) || HTMLBytes.isSpace(UInt8($0.value))) }
                ?? true
            if scalar != "\\", needsSpace { out += " " }
        }
        return out
    }

    /// A value as a property's value: words, numbers, colours, nothing that runs or ends the rule.
    static func value(_ text: String) -> String {
        let bytes = StyleTransitions.decoded(Array(text.utf8)[...])
        var word: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            switch Unicode.Scalar(byte) {
            case "\0", "\"", "'", "(", ")", "/", ";", "@", "[", "\\", "]", "`", "{", "}", "<", ">":
                return HTMLEscapers.refused
            case "-" where index > 0 && bytes[index - 1] == byte: return HTMLEscapers.refused
            default:
                if HTMLBytes.isAlphanumeric(byte) || byte == 0x2D || byte == 0x5F { word.append(byte) }
            }
        }
        let lower = Array(HTMLBytes.lower(word).utf8)[...]
        if HTMLBytes.find("expression", in: lower) != nil || HTMLBytes.find("mozbinding", in: lower) != nil {
            return HTMLEscapers.refused
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
