import Base

/// The UTF-8 syntax of matchers: names and values are words without reserved characters, or quoted as in Go.
struct ModernMatcherParser {
    typealias Refusal = MatcherSyntax.Refusal

    private let scalars: [Unicode.Scalar]
    private var index = 0

    /// Reads matchers; braces must stand at both ends or at neither.
    static func matchers(_ text: String) throws(Refusal) -> [AlertMatcher] {
        var parser = ModernMatcherParser(scalars: Array(text.unicodeScalars))
        return try parser.list()
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private mutating func list() throws(Refusal) -> [AlertMatcher] {
        skipSpace()
        let hasBrace = take("{")
        var found: [AlertMatcher] = []
        skipSpace()
        while index < scalars.count, scalars[index] != "}" {
            found.append(try one())
            skipSpace()
            guard take(",") else { break }
            skipSpace()
        }
        if hasBrace, !take("}") { throw unexpected("expected close brace") }
        skipSpace()
        guard index == scalars.count else {
            throw unexpected(hasBrace ? "expected end of input" : "expected a comma or end of input")
        }
        return found
    }

    private mutating func one() throws(Refusal) -> AlertMatcher {
        let start = index
        guard let name = try word() else { throw unexpected("expected label name") }
        skipSpace()
        let operation: AlertMatcher.Operation
        if take("=") {
            operation = take("~") ? .matches : .equal
        } else if take("!") {
            if take("=") {
                operation = .notEqual
            } else if take("~") {
                operation = .notMatches
            } else {
                throw unexpected("expected one of '=~'")
            }
        } else {
            throw unexpected("expected an operator such as '=', '!=', '=~' or '!~'")
        }
        skipSpace()
        guard let value = try word() else { throw unexpected("expected label value") }
        return try MatcherSyntax.make(name, operation, value, at: offset(of: start))
    }

    /// A quoted or unquoted word; nil when something else stands here.
    private mutating func word() throws(Refusal) -> String? {
        guard index < scalars.count else { return nil }
        if scalars[index] == "\"" { return try quoted() }
        var out = String.UnicodeScalarView()
        while index < scalars.count, !MatcherSyntax.isReserved(scalars[index]) {
            out.append(scalars[index])
            index += 1
        }
        return out.isEmpty ? nil : String(out)
    }

    /// A text in double quotes with Go's escapes.
    private mutating func quoted() throws(Refusal) -> String {
        let start = index
        index += 1
        var bytes: [UInt8] = []
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "\"":
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw Refusal(description: "quoted text is not valid UTF-8", offset: offset(of: start))
                }
                return text
            case "\n": throw Refusal(description: "newline in quoted text", offset: offset(of: index - 1))
            case "\\": try escape(into: &bytes)
            default: bytes += Array(String(scalar).utf8)
            }
        }
        throw Refusal(description: "missing end \"", offset: offset(of: start))
    }

    private mutating func escape(into bytes: inout [UInt8]) throws(Refusal) {
        guard index < scalars.count else { throw unexpected("expected an escape") }
        let scalar = scalars[index]
        index += 1
        if let control = GoQuote.control(scalar) { return bytes.append(control) }
        switch scalar {
        case "\\", "\"": bytes += Array(String(scalar).utf8)
        case "x": bytes.append(UInt8(truncatingIfNeeded: try number(digits: 2, radix: 16)))
        case "u", "U":
            let code = try number(digits: scalar == "u" ? 4 : 8, radix: 16)
            guard let character = Unicode.Scalar(code) else { throw unexpected("expected a Unicode character") }
            bytes += Array(String(character).utf8)
        case "0"..."7":
            index -= 1
            let code = try number(digits: 3, radix: 8)
            guard let byte = UInt8(exactly: code) else { throw unexpected("expected an octal number up to 377") }
            bytes.append(byte)
        default:
            index -= 1
            throw unexpected("expected an escape")
        }
    }

    private mutating func number(digits: Int, radix: Int) throws(Refusal) -> UInt32 {
        let end = min(index + digits, scalars.count)
        let text = scalars[index..<end].map(String.init).joined()
        guard text.utf8.count == digits, !text.hasPrefix("+"), !text.hasPrefix("-"),
            let value = UInt32(text, radix: radix)
        else { throw unexpected("expected \(digits) digits") }
        index = end
        return value
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard index < scalars.count, scalars[index] == scalar else { return false }
        index += 1
        return true
    }

    private mutating func skipSpace() {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
    }

    private func offset(of index: Int) -> Int { scalars[..<index].reduce(0) { $0 + UTF8.width($1) } }

    private func unexpected(_ expected: String) -> Refusal {
        let found = index < scalars.count ? "unexpected \(scalars[index])" : "end of input"
        return Refusal(description: "\(found): \(expected)", offset: offset(of: index))
    }
}
