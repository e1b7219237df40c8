extension Lexer {
    /// A number, or a duration such as `1h30m`.
    mutating func numberOrDuration() -> Token {
        let start = position
        if scanNumber() { return Token(kind: .number, start: start, end: position) }
        if scanRestOfDuration() { return Token(kind: .duration, start: start, end: position) }
        let text = String(decoding: bytes[start..<min(position, bytes.count)], as: UTF8.self)
        return error("bad number or duration syntax: \"\(text)\"", at: start)
    }

    /// Steps over a number; false when what stands there is none, or when letters follow.
    private mutating func scanNumber() -> Bool {
        var isHexadecimal = false
        if peek() == 0x30, peek(1) | 0x20 == 0x78 {
            isHexadecimal = true
            position += 2
            if peek() == 0x5F { position += 1 }
        }
        var dotSeen = false
        var exponentSeen = false
        // A point at the start, also behind one zero, does not count: what reads the number refuses a second one.
        if peek() == 0x30, !isHexadecimal, peek(1) == 0x2E { position += 1 }
        if peek() == 0x2E { position += 1 }
        var digitBefore = false
        while true {
            let byte = peek()
            if LexicalClass.isDigit(byte) || (isHexadecimal && Self.isHexadecimalLetter(byte)) {
                digitBefore = true
                position += 1
            } else if byte == 0x2E {
                position += 1
                if dotSeen || isHexadecimal { return false }
                dotSeen = true
                if peek() == 0x5F || peek() == 0x2E {
                    position += 1
                    return false
                }
                digitBefore = false
            } else if byte == 0x5F {
                position += 1
                let next = peek()
                if next == 0x5F || next == 0x2E || (!isHexadecimal && next | 0x20 == 0x65) {
                    position += 1
                    return false
                }
                if !digitBefore || next < 0 { return false }
                digitBefore = false
            } else if byte >= 0, byte | 0x20 == 0x65, !isHexadecimal {
                position += 1
                if exponentSeen { return false }
                exponentSeen = true
                if peek() == 0x2B || peek() == 0x2D { position += 1 }
                if peek() == 0x2E || peek() == 0x5F || peek() == 0x65 || peek() == 0x45 {
                    position += 1
                    return false
                }
                if peek() < 0 { return false }
                digitBefore = false
            } else {
                return !LexicalClass.isAlphanumeric(byte)
            }
        }
    }

    private static func isHexadecimalLetter(_ byte: Int) -> Bool {
        byte >= 0 && byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66
    }

    /// Steps over the unit and further parts of a duration whose first number was read.
    private mutating func scanRestOfDuration() -> Bool {
        guard acceptUnit(firstPart: true) else { return false }
        while LexicalClass.isDigit(peek()) {
            while LexicalClass.isDigit(peek()) { position += 1 }
            guard acceptUnit(firstPart: false) else { return false }
        }
        if !LexicalClass.isAlphanumeric(peek()) { return true }
        position += 1
        return false
    }

    private mutating func acceptUnit(firstPart: Bool) -> Bool {
        switch peek() {
        case 0x73, 0x6D, 0x68, 0x64, 0x77: break
        case 0x79 where firstPart: break
        default: return false
        }
        position += 1
        if peek() == 0x73 { position += 1 }
        return true
    }

    /// A text in quotes; its escapes are checked here and resolved by ``StringText``.
    mutating func string() -> Token {
        let start = position
        let quote = bytes[position]
        position += 1
        while true {
            guard position < bytes.count else {
                return error(quote == 0x60 ? "unterminated raw string" : "unterminated quoted string", at: start)
            }
            let byte = bytes[position]
            if byte == quote {
                position += 1
                return Token(kind: .string, start: start, end: position)
            }
            if quote != 0x60 {
                if byte == 0x0A { return error("unterminated quoted string", at: start) }
                if byte == 0xEF, peek(1) == 0xBF, peek(2) == 0xBD { return error("invalid UTF-8 rune", at: start) }
                if byte == 0x5C {
                    position += 1
                    if let problem = StringText.skipEscape(in: bytes, at: &position, quote: quote) {
                        return error(problem, at: start)
                    }
                    continue
                }
            }
            position += 1
        }
    }
}
