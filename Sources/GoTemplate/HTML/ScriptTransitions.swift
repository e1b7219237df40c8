import Base

/// Follows the fixed text of scripts.
enum ScriptTransitions {
    typealias Failure = HTMLTransitions.Failure
    typealias Step = HTMLTransitions.Step

    static func transition(_ context: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        var context = context
        switch context.state {
        case .scriptDoubleQuoted: return try literal(context, text, "\\\"")
        case .scriptSingleQuoted: return try literal(context, text, "\\'")
        case .scriptRegexp: return try literal(context, text, "\\/[]")
        case .scriptTemplate: return try template(context, text)
        case .scriptBlockComment:
            guard let end = HTMLBytes.find("*/", in: text) else { return (context, text.endIndex) }
            context.state = .script
            return (context, end + 2)
        case .scriptLineComment, .scriptOpenComment, .scriptCloseComment:
            guard let end = lineEnd(text) else { return (context, text.endIndex) }
            context.state = .script
            return (context, end)
        default: return try code(context, text)
        }
    }

    /// Where a line ends: at a line feed, carriage return, U+2028 or U+2029.
    static func lineEnd(_ text: ArraySlice<UInt8>) -> Int? {
        text.indices.first { index in
            text[index] == 0x0A || text[index] == 0x0D
                || (text[index] == 0xE2 && index + 2 < text.endIndex && text[index + 1] == 0x80
                    && (text[index + 2] == 0xA8 || text[index + 2] == 0xA9))
        }
    }

    private static func code(_ context: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        var context = context
        guard var index = text.firstIndex(where: { "\"`'/{}<-#".utf8.contains($0) }) else {
            context.slash = slash(after: text, context.slash)
            return (context, text.endIndex)
        }
        context.slash = slash(after: text[..<index], context.slash)
        let next = index + 1 < text.endIndex ? text[index + 1] : 0
        switch text[index] {
        case 0x22: open(.scriptDoubleQuoted, &context)
        case 0x27: open(.scriptSingleQuoted, &context)
        case 0x60: open(.scriptTemplate, &context)
        case 0x2F:
            if next == 0x2F {
                context.state = .scriptLineComment
                index += 1
            } else if next == 0x2A {
                context.state = .scriptBlockComment
                index += 1
            } else if context.slash == .regexp {
                context.state = .scriptRegexp
            } else if context.slash == .division {
                context.slash = .regexp
            } else {
                let head = String(decoding: text[index...], as: UTF8.self).unicodeScalars.prefix(32)
                throw Failure(
                    message: "'/' could start a division or regexp: "
                        + GoQuote.quoted(String(String.UnicodeScalarView(head))))
            }
        case 0x3C:
            if text[index...].starts(with: "<!--".utf8) {
                context.state = .scriptOpenComment
                index += 3
            }
        case 0x2D:
            if text[index...].starts(with: "-->".utf8) {
                context.state = .scriptCloseComment
                index += 2
            }
        case 0x23:
            if next == 0x21 {
                context.state = .scriptLineComment
                index += 1
            }
        case 0x7B:
            context.slash = .regexp
            if !context.braces.isEmpty { context.braces[context.braces.count - 1] += 1 }
        case 0x7D:
            if context.braces.last == 0 {
                context.braces.removeLast()
                context.state = .scriptTemplate
            } else {
                context.slash = .regexp
                if !context.braces.isEmpty { context.braces[context.braces.count - 1] -= 1 }
            }
        default: break
        }
        return (context, index + 1)
    }

    private static func open(_ state: HTMLContext.State, _ context: inout HTMLContext) {
        context.state = state
        context.slash = .regexp
    }

    private static func template(_ start: HTMLContext, _ text: ArraySlice<UInt8>) throws(Failure) -> Step {
        var context = start
        var index = text.startIndex
        while index < text.endIndex {
            switch text[index] {
            case 0x5C:
                index += 1
                if index == text.endIndex { throw unfinished(text) }
            case 0x24 where index + 1 < text.endIndex && text[index + 1] == 0x7B:
                context.braces.append(0)
                context.state = .script
                return (context, index + 2)
            case 0x60:
                context.state = .script
                return (context, index + 1)
            default: break
            }
            index += 1
        }
        return (context, text.endIndex)
    }

    private static func literal(_ start: HTMLContext, _ text: ArraySlice<UInt8>, _ specials: String)
        throws(Failure) -> Step
    {
        var context = start
        var index = text.startIndex
        var inSet = false
        while index < text.endIndex {
            let byte = text[index]
            guard specials.utf8.contains(byte) else {
                index += 1
                continue
            }
            switch byte {
            case 0x5C:
                index += 1
                if index == text.endIndex { throw unfinished(text) }
            case 0x5B: inSet = true
            case 0x5D: inSet = false
            case 0x2F where index > text.startIndex && HTMLBytes.has("</script", in: text, at: index - 1):
                index += 1
            default:
                if !inSet {
                    context.state = .script
                    context.slash = .division
                    return (context, index + 1)
                }
            }
            index += 1
        }
        if inSet { throw Failure(message: "unfinished JS regexp charset: \(HTMLTransitions.quoted(text))") }
        return (context, text.endIndex)
    }

    private static func unfinished(_ text: ArraySlice<UInt8>) -> Failure {
        Failure(message: "unfinished escape sequence in JS string: \(HTMLTransitions.quoted(text))")
    }

    /// What a slash would mean behind `text`.
    static func slash(after text: ArraySlice<UInt8>, _ before: HTMLContext.Slash) -> HTMLContext.Slash {
        var code = text
        while let last = code.last {
            if HTMLBytes.isSpace(last) {
                code = code.dropLast()
            } else if code.count >= 3,
                code.suffix(3).elementsEqual([0xE2, 0x80, 0xA8]) || code.suffix(3).elementsEqual([0xE2, 0x80, 0xA9])
            {
                code = code.dropLast(3)
            } else {
                break
            }
        }
        guard let last = code.last else { return before }
        switch Unicode.Scalar(last) {
        case "+", "-":
            let run = code.reversed().prefix { $0 == last }.count
            return run.isMultiple(of: 2) ? .division : .regexp
        case ".":
            return code.count > 1 && (0x30...0x39).contains(code[code.endIndex - 2]) ? .division : .regexp
        case ",", "<", ">", "=", "*", "%", "&", "|", "^", "?", "!", "~", "(", "[", ":", ";", "{", "}":
            return .regexp
        default:
            let word = String(decoding: code.reversed().prefix { HTMLBytes.isScriptName($0) }.reversed(), as: UTF8.self)
            return regexpPreceders.contains(word) ? .regexp : .division
        }
    }

    private static let regexpPreceders: Set<String> = [
        "break", "case", "continue", "delete", "do", "else", "finally", "in", "instanceof", "return", "throw", "try",
        "typeof", "void",
    ]
}
