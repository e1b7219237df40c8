import Base

/// Cuts a template into tokens, one at a time.
///
/// - Source: the lexical rules of Go's text/template, with `{{` and `}}` as delimiters.
struct Lexer {
    private let input: [UInt8]
    private var position = 0
    private var line = 1
    private var insideAction = false
    private var depth = 0
    private var failed = false

    private static let keywords: Set<String> = [
        "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with",
    ]

    init(_ text: String) { input = Array(text.utf8) }

    /// The next token; `end` for ever once the text is used up, and after an error.
    mutating func next() -> Token {
        if failed { return Token(kind: .end, position: position, text: "", line: line) }
        while true {
            if let token = insideAction ? nextInside() : nextOutside() { return token }
        }
    }

    // MARK: Text between actions

    private mutating func nextOutside() -> Token? {
        guard position < input.count else { return Token(kind: .end, position: position, text: "", line: line) }
        let start = position
        guard let opening = find("{{", from: position) else {
            position = input.count
            return emit(.text, from: start)
        }
        if opening > start {
            var stop = opening
            if hasLeftTrim(opening + 2) {
                while stop > start, isSpace(input[stop - 1]) { stop -= 1 }
            }
            position = opening
            if stop > start {
                let token = Token(kind: .text, position: start, text: string(start, stop), line: line)
                countLines(start, opening)
                return token
            }
            countLines(start, opening)
        }
        return openAction(at: opening)
    }

    private mutating func openAction(at opening: Int) -> Token? {
        let trim = hasLeftTrim(opening + 2) ? 2 : 0
        if starts("/*", at: opening + 2 + trim) {
            guard let close = find("*/", from: opening + 4 + trim) else { return failure("unclosed comment", opening) }
            position = close + 2
            guard let right = rightDelimiter() else { return failure("comment ends before closing delimiter", opening) }
            position += right.length
            if right.trims { skipSpace() }
            countLines(opening, position)
            return nil
        }
        position = opening + 2
        let token = Token(kind: .leftDelimiter, position: opening, text: "{{", line: line)
        position += trim
        countLines(opening, position)
        insideAction = true
        depth = 0
        return token
    }

    // MARK: Actions

    private mutating func nextInside() -> Token? {
        let start = position
        if let right = rightDelimiter() {
            if depth > 0 { return failure("unclosed left paren", start) }
            let token = Token(
                kind: .rightDelimiter, position: start + right.length - 2, text: "}}", line: line)
            position += right.length
            if right.trims { skipSpace() }
            countLines(start, position)
            insideAction = false
            return token
        }
        guard let scalar = peek() else { return failure("unclosed action", start) }
        switch scalar {
        case " ", "\t", "\r", "\n":
            var spaces = 0
            while position < input.count, isSpace(input[position]) {
                position += 1
                spaces += 1
            }
            // A trim marker needs the space before it.
            if starts("-}}", at: position) {
                position -= 1
                if spaces == 1 { return nextInside() }
            }
            return emit(.space, from: start)
        case "=": return take(.assign)
        case ":":
            position += 1
            guard position < input.count, input[position] == UInt8(ascii: "=") else {
                return failure("expected :=", start)
            }
            position += 1
            return emit(.declare, from: start)
        case "|": return take(.pipe)
        case "\"": return quoted(.string, "\"", "unterminated quoted string")
        case "'": return quoted(.characterConstant, "'", "unterminated character constant")
        case "`":
            guard let close = find("`", from: position + 1) else {
                return failure("unterminated raw quoted string", start)
            }
            position = close + 1
            return emit(.rawString, from: start)
        case "$":
            position += 1
            return fieldOrVariable(.variable, start)
        case ".":
            if position + 1 < input.count, !(0x30...0x39).contains(input[position + 1]) {
                position += 1
                return fieldOrVariable(.field, start)
            }
            return number()
        case "+", "-", "0"..."9": return number()
        case "(":
            depth += 1
            return take(.leftParenthesis)
        case ")":
            depth -= 1
            if depth < 0 { return failure("unexpected right paren", start) }
            return take(.rightParenthesis)
        default:
            if Self.isAlphanumeric(scalar) { return identifier() }
            if scalar.value >= 0x20, scalar.value < 0x7F { return take(.character) }
            return failure("unrecognized character in action: \(Self.codePoint(scalar))", start)
        }
    }

    private mutating func identifier() -> Token {
        let start = position
        while let scalar = peek(), Self.isAlphanumeric(scalar) { position += UTF8.width(scalar) }
        guard atTerminator() else { return failure(badCharacter(), start) }
        let word = string(start, position)
        if Self.keywords.contains(word) { return emit(.keyword, from: start) }
        if word == "nil" { return emit(.null, from: start) }
        return emit(word == "true" || word == "false" ? .bool : .identifier, from: start)
    }

    private mutating func fieldOrVariable(_ kind: Token.Kind, _ start: Int) -> Token {
        if atTerminator() { return emit(kind == .variable ? .variable : .dot, from: start) }
        while let scalar = peek(), Self.isAlphanumeric(scalar) { position += UTF8.width(scalar) }
        guard atTerminator() else { return failure(badCharacter(), start) }
        return emit(kind, from: start)
    }

    private mutating func quoted(_ kind: Token.Kind, _ mark: Unicode.Scalar, _ message: String) -> Token {
        let start = position
        position += 1
        while position < input.count {
            let byte = input[position]
            position += 1
            if byte == UInt8(ascii: "\\"), position < input.count, input[position] != 0x0A {
                position += 1
            } else if byte == 0x0A {
                break
            } else if byte == UInt8(ascii: mark) {
                return emit(kind, from: start)
            }
        }
        return failure(message, start)
    }

    private mutating func number() -> Token {
        let start = position
        guard scanNumber() else {
            return failure("bad number syntax: \(GoQuote.quoted(string(start, position)))", start)
        }
        if position < input.count, input[position] == UInt8(ascii: "+") || input[position] == UInt8(ascii: "-") {
            guard scanNumber(), input[position - 1] == UInt8(ascii: "i") else {
                return failure("bad number syntax: \(GoQuote.quoted(string(start, position)))", start)
            }
            return emit(.complex, from: start)
        }
        return emit(.number, from: start)
    }

    private mutating func scanNumber() -> Bool {
        accept("+-")
        var digits = "0123456789_"
        if accept("0") {
            if accept("xX") {
                digits = "0123456789abcdefABCDEF_"
            } else if accept("oO") {
                digits = "01234567_"
            } else if accept("bB") {
                digits = "01_"
            }
        }
        while accept(digits) {}
        if accept(".") { while accept(digits) {} }
        if digits.utf8.count == 11, accept("eE") {
            accept("+-")
            while accept("0123456789_") {}
        }
        if digits.utf8.count == 23, accept("pP") {
            accept("+-")
            while accept("0123456789_") {}
        }
        accept("i")
        if let scalar = peek(), Self.isAlphanumeric(scalar) {
            position += UTF8.width(scalar)
            return false
        }
        return true
    }

    // MARK: Helpers

    @discardableResult private mutating func accept(_ set: String) -> Bool {
        guard position < input.count, set.utf8.contains(input[position]) else { return false }
        position += 1
        return true
    }

    private mutating func take(_ kind: Token.Kind) -> Token {
        let start = position
        position += 1
        return emit(kind, from: start)
    }

    private mutating func emit(_ kind: Token.Kind, from start: Int) -> Token {
        let token = Token(kind: kind, position: start, text: string(start, position), line: line)
        countLines(start, position)
        return token
    }

    private mutating func failure(_ message: String, _ start: Int) -> Token {
        failed = true
        return Token(kind: .error, position: start, text: message, line: line)
    }

    private func badCharacter() -> String {
        guard let scalar = peek() else { return "bad character" }
        return "bad character \(Self.codePoint(scalar))"
    }

    private mutating func countLines(_ from: Int, _ to: Int) {
        for index in from..<to where input[index] == 0x0A { line += 1 }
    }

    private func rightDelimiter() -> (length: Int, trims: Bool)? {
        if starts("}}", at: position) { return (2, false) }
        if position < input.count, isSpace(input[position]), starts("-}}", at: position + 1) { return (4, true) }
        return nil
    }

    private func hasLeftTrim(_ index: Int) -> Bool {
        index + 1 < input.count && input[index] == UInt8(ascii: "-") && isSpace(input[index + 1])
    }

    private mutating func skipSpace() {
        while position < input.count, isSpace(input[position]) { position += 1 }
    }

    private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A }

    private func starts(_ text: StaticString, at index: Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard index >= 0, index + count <= input.count else { return false }
        for offset in 0..<count where input[index + offset] != text.utf8Start[offset] { return false }
        return true
    }

    private func find(_ text: StaticString, from start: Int) -> Int? {
        var index = start
        while index < input.count {
            if starts(text, at: index) { return index }
            index += 1
        }
        return nil
    }

    private func atTerminator() -> Bool {
        guard let scalar = peek() else { return true }
        switch scalar {
        case " ", "\t", "\r", "\n", ".", ",", "|", ":", ")", "(": return true
        default: return starts("}}", at: position)
        }
    }

    private func string(_ from: Int, _ to: Int) -> String { String(decoding: input[from..<to], as: UTF8.self) }

    /// The character at the current place.
    private func peek() -> Unicode.Scalar? {
        guard position < input.count else { return nil }
        if input[position] < 0x80 { return Unicode.Scalar(input[position]) }
        return String(decoding: input[position..<min(position + 4, input.count)], as: UTF8.self).unicodeScalars.first
    }

    static func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value < 0x80 {
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": return true
            default: return false
            }
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber:
            return true
        default: return false
        }
    }

    /// `U+0040 '@'`, Go's %#U.
    static func codePoint(_ scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        let code = "U+" + String(repeating: "0", count: max(0, 4 - hex.utf8.count)) + hex
        return GoQuote.isPrintable(scalar) ? "\(code) '\(scalar)'" : code
    }
}
