import Base
import TimeSeries

/// Cuts a text into tokens, one at a time.
///
/// Works on UTF-8 and in three modes, as Prometheus' own: statements, braces of a selector, brackets of a range.
struct Lexer {
    let bytes: [UInt8]
    var position = 0
    /// The message that belongs to an error token.
    var errorMessage = ""
    private var parenDepth = 0
    private var insideBraces = false
    private var insideBrackets = false
    private var colonSeen = false
    private var durationSeen = false

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The byte `ahead` of the next one, -1 at the end.
    func peek(_ ahead: Int = 0) -> Int {
        let index = position + ahead
        return index < bytes.count ? Int(bytes[index]) : -1
    }

    /// The next token; after an error or the end, that again.
    mutating func next() -> Token {
        if insideBrackets, !durationSeen {
            skipSpace()
            return nextInsideBrackets()
        }
        skipSpaceAndComments()
        if insideBrackets { return nextInsideBrackets() }
        if insideBraces { return nextInsideBraces() }
        return nextOfStatement()
    }

    /// Whether the next token is a left parenthesis.
    mutating func parenthesisFollows() -> Bool {
        skipSpaceAndComments()
        return !insideBraces && peek() == LexicalClass.leftParen
    }

    /// Whether the next token is `+` or `-`.
    mutating func signFollows() -> Bool {
        skipSpaceAndComments()
        return peek() == 0x2B || peek() == 0x2D
    }

    private mutating func nextOfStatement() -> Token {
        let start = position
        let byte = peek()
        switch byte {
        case -1:
            if parenDepth != 0 { return error("unclosed left parenthesis", at: start) }
            return Token(kind: .endOfInput, start: start, end: start)
        case 0x61...0x7A, 0x41...0x5A, 0x5F, 0x3A: return word()
        case 0x30...0x39: return numberOrDuration()
        case 0x2E where LexicalClass.isDigit(peek(1)): return numberOrDuration()
        case 0x22, 0x27, 0x60: return string()
        case LexicalClass.leftParen:
            parenDepth += 1
            return token(.leftParen, 1)
        case 0x29:
            parenDepth -= 1
            if parenDepth < 0 { return error("unexpected right parenthesis ')'", at: start + 1) }
            return token(.rightParen, 1)
        case 0x7B:
            insideBraces = true
            return token(.leftBrace, 1)
        case 0x5B:
            insideBrackets = true
            colonSeen = false
            durationSeen = false
            return token(.leftBracket, 1)
        case 0x5D: return error("unexpected right bracket ']'", at: start)
        case 0x2C: return token(.comma, 1)
        case 0x2A: return token(.multiply, 1)
        case 0x2F: return token(.divide, 1)
        case 0x25: return token(.modulo, 1)
        case 0x2B: return token(.add, 1)
        case 0x2D: return token(.subtract, 1)
        case 0x5E: return token(.power, 1)
        case 0x40: return token(.at, 1)
        case 0x3D:
            if peek(1) == 0x3D { return token(.equalEqual, 2) }
            if peek(1) == 0x7E { return error("unexpected character after '=': '~'", at: start) }
            return token(.equal, 1)
        case 0x21:
            if peek(1) == 0x3D { return token(.notEqual, 2) }
            position += 1
            return unexpectedCharacter(after: "unexpected character after '!': ", at: start)
        case 0x3C:
            if peek(1) == 0x2F { return token(.trimUpper, 2) }
            return peek(1) == 0x3D ? token(.lessOrEqual, 2) : token(.less, 1)
        case 0x3E:
            if peek(1) == 0x2F { return token(.trimLower, 2) }
            return peek(1) == 0x3D ? token(.greaterOrEqual, 2) : token(.greater, 1)
        default: return unexpectedCharacter(after: "unexpected character: ", at: start)
        }
    }

    private mutating func nextInsideBraces() -> Token {
        let start = position
        switch peek() {
        case -1: return error("unexpected end of input inside braces", at: start)
        case 0x61...0x7A, 0x41...0x5A, 0x5F:
            skipWord(colons: false)
            return Token(kind: .identifier, start: start, end: position)
        case 0x2C: return token(.comma, 1)
        case 0x22, 0x27, 0x60: return string()
        case 0x3D: return peek(1) == 0x7E ? token(.regexMatch, 2) : token(.equal, 1)
        case 0x21:
            if peek(1) == 0x7E { return token(.regexNotMatch, 2) }
            if peek(1) == 0x3D { return token(.notEqual, 2) }
            position += 1
            return unexpectedCharacter(after: "unexpected character after '!' inside braces: ", at: start)
        case 0x7B: return error("unexpected left brace '{'", at: start)
        case 0x7D:
            insideBraces = false
            return token(.rightBrace, 1)
        default: return unexpectedCharacter(after: "unexpected character inside braces: ", at: start)
        }
    }

    private mutating func nextInsideBrackets() -> Token {
        let start = position
        switch peek() {
        case -1:
            if !durationSeen { return error("unexpected end of input in duration expression", at: start) }
            return error(parenDepth > 0 ? "unclosed left parenthesis" : "unclosed left bracket", at: start)
        case 0x5D:
            insideBrackets = false
            return token(.rightBracket, 1)
        case 0x3A:
            if !durationSeen { return error("unexpected colon before duration in duration expression", at: start + 1) }
            if colonSeen { return error("unexpected repeated colon in duration expression", at: start + 1) }
            colonSeen = true
            return token(.colon, 1)
        case LexicalClass.leftParen:
            parenDepth += 1
            return token(.leftParen, 1)
        case 0x29:
            parenDepth -= 1
            if parenDepth < 0 { return error("unexpected right parenthesis ')'", at: start + 1) }
            return token(.rightParen, 1)
        case 0x2C: return token(.comma, 1)
        case 0x2A: return token(.multiply, 1)
        case 0x2F: return token(.divide, 1)
        case 0x25: return token(.modulo, 1)
        case 0x2B: return token(.add, 1)
        case 0x2D: return token(.subtract, 1)
        case 0x5E: return token(.power, 1)
        case 0x30...0x39, 0x2E:
            durationSeen = true
            return numberOrDuration()
        case 0x61...0x7A, 0x41...0x5A, 0x5F:
            skipWord(colons: false)
            switch Keyword.kind(of: bytes[start..<position]) {
            case .step, .range, .minimumOf, .maximumOf:
                durationSeen = true
                return Token(kind: Keyword.kind(of: bytes[start..<position]) ?? .step, start: start, end: position)
            default:
                position = start
                return unexpectedCharacter(after: "unexpected character in duration expression: ", at: start)
            }
        default: return unexpectedCharacter(after: "unexpected character in duration expression: ", at: start)
        }
    }

    private mutating func token(_ kind: TokenKind, _ length: Int) -> Token {
        let start = position
        position += length
        return Token(kind: kind, start: start, end: position)
    }

    /// An error token; all that follows is not looked at.
    mutating func error(_ message: String, at start: Int) -> Token {
        errorMessage = message
        let end = max(start, min(position, bytes.count))
        position = bytes.count
        return Token(kind: .error, start: start, end: end)
    }

    private mutating func unexpectedCharacter(after text: String, at start: Int) -> Token {
        let (scalar, length) = LexicalClass.scalar(in: bytes, at: position)
        position += length
        return error(text + (length == 0 ? "'\u{FFFD}'" : LexicalClass.quoted(scalar)), at: start)
    }

    private mutating func word() -> Token {
        let start = position
        let hasColon = skipWord(colons: true)
        if hasColon { return Token(kind: .metricIdentifier, start: start, end: position) }
        return Token(kind: Keyword.kind(of: bytes[start..<position]) ?? .identifier, start: start, end: position)
    }

    @discardableResult
    private mutating func skipWord(colons: Bool) -> Bool {
        var hasColon = false
        while position < bytes.count {
            let byte = Int(bytes[position])
            if byte == 0x3A, colons {
                hasColon = true
            } else if !LexicalClass.isAlphanumeric(byte) {
                break
            }
            position += 1
        }
        return hasColon
    }

    /// Brackets take no comment before their first duration.
    private mutating func skipSpace() {
        while case let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func skipSpaceAndComments() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case 0x23:
                while position < bytes.count, bytes[position] != 0x0A { position += 1 }
            default: return
            }
        }
    }
}

/// Classes of characters.
enum LexicalClass {
    static let leftParen = 0x28

    static func isDigit(_ byte: Int) -> Bool { byte >= 0x30 && byte <= 0x39 }

    static func isAlphanumeric(_ byte: Int) -> Bool {
        isDigit(byte) || (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x41 && byte <= 0x5A) || byte == 0x5F
    }

    /// The scalar that begins at `index` and its length in bytes: 0 at the end.
    static func scalar(in bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int) {
        guard index < bytes.count else { return ("\0", 0) }
        var decoder = UTF8()
        var iterator = bytes[index..<min(index + 4, bytes.count)].makeIterator()
        guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return ("\u{FFFD}", 1) }
        return (scalar, UTF8.width(scalar))
    }

    /// `'x'` as Go's %q prints a character.
    static func quoted(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "'": return "'\\''"
        case "\"": return "'\"'"
        default:
            let text = GoQuote.quoted(String(Character(scalar)))
            return "'" + text.dropFirst().dropLast() + "'"
        }
    }
}
