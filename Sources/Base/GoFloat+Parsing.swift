extension GoFloat {
    /// Reads a number as Go's strconv.ParseFloat does: decimal, hexadecimal with an exponent of two, `_` between digits,
    /// `inf`, `infinity` and `nan` in any case; no blanks. Nil for anything else, and for what is out of range.
    public static func parse(_ text: some StringProtocol) -> Double? {
        let bytes = Array(text.utf8)
        var rest = bytes[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let word = String(decoding: rest, as: UTF8.self).lowercased()
        if word == "inf" || word == "infinity" { return isNegative ? -.infinity : .infinity }
        if word == "nan" { return rest.count == bytes.count ? .nan : nil }
        guard var digits = withoutUnderscores(word) else { return nil }
        let isHexadecimal = digits.hasPrefix("0x")
        if isHexadecimal, !digits.contains("p") { return nil }
        let allowed = isHexadecimal ? "0123456789abcdef.xp+-" : "0123456789.e+-"
        guard digits.allSatisfy(allowed.contains), digits.contains(where: \.isHexDigit), digits.first?.isSign == false
        else { return nil }
        // Swift wants digits on both sides of the point.
        if digits.hasPrefix(".") { digits = "0" + digits }
        if let point = digits.firstIndex(of: ".") {
            let next = digits.index(after: point)
            let isFollowed = next < digits.endIndex && digits[next].isHexDigit && (isHexadecimal || digits[next] != "e")
            if !isFollowed { digits.insert("0", at: next) }
            if point == digits.startIndex || !digits[digits.index(before: point)].isHexDigit {
                digits.insert("0", at: point)
            }
        }
        guard let value = Double(digits), value.isFinite else { return nil }
        return isNegative ? -value : value
    }

    /// The text without underscores; nil when one stands elsewhere than between digits or behind `0x`.
    private static func withoutUnderscores(_ text: String) -> String? {
        guard text.contains("_") else { return text }
        let isHexadecimal = text.hasPrefix("0x")
        let characters = Array(text)
        for (index, character) in characters.enumerated() where character == "_" {
            guard index > 0, index + 1 < characters.count else { return nil }
            let before = characters[index - 1]
            let after = characters[index + 1]
            let isDigit: (Character) -> Bool = { isHexadecimal ? $0.isHexDigit : $0.isASCII && $0.isNumber }
            guard isDigit(after), isDigit(before) || isHexadecimal && index == 2 else { return nil }
        }
        return text.filter { $0 != "_" }
    }
}

extension Character {
    fileprivate var isSign: Bool { self == "+" || self == "-" }
}
