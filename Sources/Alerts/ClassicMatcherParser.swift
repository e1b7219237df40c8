/// The syntax of matchers before UTF-8 names: plain names, values quoted or not.
enum ClassicMatcherParser {
    typealias Refusal = MatcherSyntax.Refusal

    /// Reads matchers; commas inside quotes do not separate, one brace at either end may be left out.
    static func matchers(_ text: String) throws(Refusal) -> [AlertMatcher] {
        var body = Array(text.unicodeScalars)[...]
        if body.first == "{" { body = body.dropFirst() }
        if body.last == "}" { body = body.dropLast() }
        var found: [AlertMatcher] = []
        var piece = body.startIndex
        var isQuoted = false
        var isEscaped = false
        for index in body.indices {
            let scalar = body[index]
            if scalar == ",", !isQuoted {
                found.append(try matcher(string(body[piece..<index])))
                piece = index + 1
                // An escape before the comma lasts, as the peer's does.
                continue
            }
            if scalar == "\"" {
                if isEscaped { isEscaped = false } else { isQuoted.toggle() }
            } else {
                isEscaped = scalar == "\\" ? !isEscaped : false
            }
        }
        let last = string(body[piece...])
        if last.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) { found.append(try matcher(last)) }
        return found
    }

    /// Reads one matcher: `name`, an operator, and the rest as value.
    static func matcher(_ text: String) throws(Refusal) -> AlertMatcher {
        let malformed = Refusal(description: "bad matcher format: \(text)", offset: 0)
        let scalars = Array(text.unicodeScalars)
        let start = scalars.firstIndex { !isSpace($0) } ?? scalars.endIndex
        var index = start
        while index < scalars.count, isNameCharacter(scalars[index], first: index == start) { index += 1 }
        guard index > start else { throw malformed }
        let name = string(scalars[start..<index])
        while index < scalars.count, isSpace(scalars[index]) { index += 1 }
        guard index < scalars.count else { throw malformed }
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        let operation: AlertMatcher.Operation
        switch (scalars[index], next) {
        case ("=", "~"): operation = .matches
        case ("=", _): operation = .equal
        case ("!", "="): operation = .notEqual
        case ("!", "~"): operation = .notMatches
        default: throw malformed
        }
        index += operation.rawValue.utf8.count
        var raw = scalars[index...]
        while let first = raw.first, isSpace(first) { raw = raw.dropFirst() }
        while let last = raw.last, isSpace(last) { raw = raw.dropLast() }
        return try MatcherSyntax.make(name, operation, try value(raw), at: index)
    }

    /// Takes quotes and escapes away; an escape nobody knows stays as it is written.
    private static func value(_ raw: ArraySlice<Unicode.Scalar>) throws(Refusal) -> String {
        let unbalanced = Refusal(
            description: "matcher value contains unescaped double quote: \(string(raw))", offset: 0)
        var body = raw
        let isQuoted = body.first == "\""
        if isQuoted { body = body.dropFirst() }
        var out = String.UnicodeScalarView()
        var closed = !isQuoted
        var index = body.startIndex
        while index < body.endIndex {
            let scalar = body[index]
            let isLast = index + 1 == body.endIndex
            if scalar == "\\", !isLast {
                let escaped = body[index + 1]
                switch escaped {
                case "n": out.append("\n")
                case "\"", "\\": out.append(escaped)
                default: out += [scalar, escaped]
                }
                index += 2
                continue
            }
            if scalar == "\"" {
                guard isQuoted, isLast else { throw unbalanced }
                closed = true
            } else {
                out.append(scalar)
            }
            index += 1
        }
        guard closed else { throw unbalanced }
        return String(out)
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// White space of RE2's `\s`.
    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", "\n", "\r", "\u{0C}": true
        default: false
        }
    }

    private static func isNameCharacter(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_", ":": true
        case "0"..."9": !first
        default: false
        }
    }
}
