import HTTPTransport

/// What is looked at in a configured address before it is used.
public enum AddressCheck {
    /// What is wrong with an http or https address, nil when nothing is; nothing of it is repeated but the scheme.
    public static func problem(of text: String) -> String? {
        let scheme = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = scheme.count == 2 ? scheme[0].lowercased() : ""
        guard name == "http" || name == "https" else {
            let shown = name.utf8.count <= 16 && name.utf8.allSatisfy { 0x61...0x7A ~= $0 } ? name : ""
            return "unsupported scheme \"\(shown)\" for URL"
        }
        let escapes = text.split(separator: "%", omittingEmptySubsequences: false).dropFirst()
        guard escapes.allSatisfy({ $0.utf8.count > 1 && $0.prefix(2).allSatisfy(\.isHexDigit) }) else {
            return "invalid URL escape"
        }
        let rest = text.drop { $0 != ":" }
        if let first = rest.dropFirst(3).first, rest.hasPrefix("://"), !"/?#".contains(first),
            HTTPURL(text) != nil || hasPortOutOfRange(text, after: rest.dropFirst(3))
        {
            return nil
        }
        return "missing host for URL"
    }

    /// Whether nothing is wrong but a port that no connection can have: that is found out when there is to be one.
    private static func hasPortOutOfRange(_ text: String, after authority: Substring) -> Bool {
        let authority = authority.prefix { !"/?#".contains($0) }
        guard let colon = authority.lastIndex(of: ":") else { return false }
        let port = authority[authority.index(after: colon)...]
        guard port.utf8.count >= 5, port.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), (Int(port) ?? .max) > 65_535 else {
            return false
        }
        return HTTPURL(text.replacing(":" + port, with: "", maxReplacements: 1)) != nil
    }
}
