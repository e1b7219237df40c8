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
        if let first = rest.dropFirst(3).first, rest.hasPrefix("://"), !"/?#".contains(first), HTTPURL(text) != nil {
            return nil
        }
        return "missing host for URL"
    }
}
