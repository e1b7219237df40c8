/// A mail address, possibly with a name: `Ada <ada@example.org>`.
struct MailAddress: Hashable {
    /// Without angle brackets.
    var address: String

    /// Reads a list separated by commas.
    /// - Returns: nil when a part is no address.
    ///
    /// - Source: RFC 5322 section 3.4, without groups; names and comments are skipped.
    static func list(_ text: String) -> [MailAddress]? {
        var parts: [String] = []
        var current = ""
        var isQuoted = false
        var isEscaped = false
        var comments = 0
        for character in text.unicodeScalars {
            if isEscaped {
                isEscaped = false
                if comments == 0 { current.unicodeScalars.append(character) }
                continue
            }
            switch character {
            case "\\" where isQuoted || comments > 0:
                isEscaped = true
                if comments > 0 { continue }
            case "\"" where comments == 0: isQuoted.toggle()
            case "(" where !isQuoted:
                comments += 1
                continue
            case ")" where !isQuoted && comments > 0:
                comments -= 1
                continue
            case "," where !isQuoted && comments == 0:
                parts.append(current)
                current = ""
                continue
            default: break
            }
            if comments == 0 { current.unicodeScalars.append(character) }
        }
        if isQuoted || comments > 0 { return nil }
        parts.append(current)
        var addresses: [MailAddress] = []
        for part in parts {
            guard let address = one(part) else { return nil }
            addresses.append(MailAddress(address: address))
        }
        return addresses
    }

    private static func one(_ part: String) -> String? {
        let trimmed = part.drop { $0.isWhitespace }
        var address = String(trimmed.reversed().drop { $0.isWhitespace }.reversed())
        if address.hasSuffix(">") {
            guard let open = address.lastIndex(of: "<") else { return nil }
            address = String(address[address.index(after: open)...].dropLast())
        }
        guard let at = address.lastIndex(of: "@"), at != address.startIndex,
            address.index(after: at) != address.endIndex
        else { return nil }
        let domain = address[address.index(after: at)...]
        let isClean = address.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && $0 != "<" && $0 != ">"
        }
        return isClean && !domain.contains("\"") ? address : nil
    }
}
