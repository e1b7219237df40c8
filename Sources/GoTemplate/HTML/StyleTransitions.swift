/// Follows the fixed text of style sheets.
enum StyleTransitions {
    typealias Failure = HTMLTransitions.Failure
    typealias Step = HTMLTransitions.Step

    static func transition(_ context: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        var context = context
        switch context.state {
        case .styleBlockComment:
            guard let end = HTMLBytes.find("*/", in: text) else { return (context, text.endIndex) }
            context.state = .style
            return (context, end + 2)
        case .styleLineComment:
            guard let end = text.firstIndex(where: { $0 == 0x0A || $0 == 0x0C || $0 == 0x0D }) else {
                return (context, text.endIndex)
            }
            context.state = .style
            return (context, end)
        case .styleDoubleQuoted, .styleDoubleQuotedURL: return try string(context, text) { $0 == 0x22 }
        case .styleSingleQuoted, .styleSingleQuotedURL: return try string(context, text) { $0 == 0x27 }
        case .styleURL: return try string(context, text) { HTMLBytes.isSpace($0) || $0 == 0x29 }
        default: return sheet(context, text)
        }
    }

    private static func sheet(_ start: HTMLContext, _ text: ArraySlice<UInt8>) -> Step {
        var context = start
        var index = text.startIndex
        while let place = text[index...].firstIndex(where: { "(\"'/".utf8.contains($0) }) {
            let next = place + 1 < text.endIndex ? text[place + 1] : 0
            switch text[place] {
            case 0x28:
                var head = text[..<place]
                while let last = head.last, HTMLBytes.isSpace(last) { head = head.dropLast() }
                if endsWithURL(head) {
                    var begin = HTMLTransitions.skipSpace(text[(place + 1)...])
                    context.state = .styleURL
                    if begin < text.endIndex, text[begin] == 0x22 || text[begin] == 0x27 {
                        context.state = text[begin] == 0x22 ? .styleDoubleQuotedURL : .styleSingleQuotedURL
                        begin += 1
                    }
                    return (context, begin)
                }
            case 0x2F where next == 0x2F || next == 0x2A:
                context.state = next == 0x2F ? .styleLineComment : .styleBlockComment
                return (context, place + 2)
            case 0x22:
                context.state = .styleDoubleQuoted
                return (context, place + 1)
            case 0x27:
                context.state = .styleSingleQuoted
                return (context, place + 1)
            default: break
            }
            index = place + 1
        }
        return (context, text.endIndex)
    }

    /// Whether the text ends with the word `url`, written in any way.
    private static func endsWithURL(_ text: ArraySlice<UInt8>) -> Bool {
        guard HTMLBytes.has("url", in: text, at: text.endIndex - 3) else { return false }
        guard text.count > 3 else { return true }
        let before = text[text.endIndex - 4]
        return !(HTMLBytes.isAlphanumeric(before) || before == 0x2D || before == 0x5F || before >= 0x80)
    }

    private static func string(
        _ start: HTMLContext, _ text: ArraySlice<UInt8>, endsAt ends: (UInt8) -> Bool
    ) throws(Failure) -> Step {
        var context = start
        var index = text.startIndex
        while let place = text[index...].firstIndex(where: { $0 == 0x5C || ends($0) }) {
            guard text[place] == 0x5C else {
                context.state = .style
                return (context, place + 1)
            }
            if place + 1 == text.endIndex {
                throw Failure(
                    message: "unfinished escape sequence in CSS string: \(HTMLTransitions.quoted(text))")
            }
            HTMLTransitions.noteURL(&context, decoded(text[...(place + 1)]))
            index = place + 2
        }
        HTMLTransitions.noteURL(&context, decoded(text[index...]))
        return (context, text.endIndex)
    }

    /// The text with CSS's escapes resolved.
    static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == 0x5C else {
                out.append(text[index])
                index += 1
                continue
            }
            index += 1
            guard index < text.endIndex else { break }
            guard HTMLBytes.isHex(text[index]) else {
                out.append(text[index])
                index += 1
                continue
            }
            let digits = text[index...].prefix(6).prefix { HTMLBytes.isHex($0) }
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
            out += String(Unicode.Scalar(code) ?? "\u{FFFD}").utf8
            index += digits.count
            if index < text.endIndex, HTMLBytes.isSpace(text[index]) {
                index += text[index] == 0x0D && index + 1 < text.endIndex && text[index + 1] == 0x0A ? 2 : 1
            }
        }
        return out
    }
}

/// Character references in attribute values.
enum HTMLEntities {
    private static let named: [String: String] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": "\u{A0}", "colon": ":", "sol": "/",
        "num": "#", "quest": "?", "lpar": "(", "rpar": ")", "Tab": "\t", "NewLine": "\n", "semi": ";", "comma": ",",
        "period": ".", "equals": "=", "grave": "`", "lbrace": "{", "rbrace": "}", "bsol": "\\", "excl": "!",
        "copy": "\u{A9}", "reg": "\u{AE}",
    ]

    /// The text with numeric and the common named references resolved.
    static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        guard text.contains(0x26) else { return Array(text) }
        var out: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            if text[index] == 0x26, let (value, end) = reference(text, index + 1) {
                out += value.utf8
                index = end
            } else {
                out.append(text[index])
                index += 1
            }
        }
        return out
    }

    private static func reference(_ text: ArraySlice<UInt8>, _ start: Int) -> (String, Int)? {
        guard start < text.endIndex else { return nil }
        if text[start] == 0x23 {
            let hexadecimal = start + 1 < text.endIndex && text[start + 1] | 0x20 == 0x78
            let from = start + (hexadecimal ? 2 : 1)
            let digits = text[min(from, text.endIndex)...].prefix {
                hexadecimal ? HTMLBytes.isHex($0) : (0x30...0x39).contains($0)
            }
            guard !digits.isEmpty, digits.count < 9,
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: hexadecimal ? 16 : 10)
            else { return nil }
            let end = from + digits.count
            let value = code == 0 ? "\u{FFFD}" : String(Unicode.Scalar(code) ?? "\u{FFFD}")
            return (value, end < text.endIndex && text[end] == 0x3B ? end + 1 : end)
        }
        let name = text[start...].prefix { HTMLBytes.isAlphanumeric($0) }
        let end = start + name.count
        guard let value = named[String(decoding: name, as: UTF8.self)] else { return nil }
        return (value, end < text.endIndex && text[end] == 0x3B ? end + 1 : end)
    }
}
