import RegularExpressions

/// The text forms of alert matchers: the UTF-8 syntax, and the older one that is tried as well.
///
/// As Alertmanager does by default, a text is read by both; where only one takes it that one counts, and where they
/// disagree the older one does.
///
/// - Source: Alertmanager's documentation "UTF-8 support and matchers"; observed on 0.33.1.
public enum MatcherSyntax {
    /// Why a text is no list of matchers.
    public struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, in lower case.
        public var description: String
        /// The byte of the text at which it went wrong, 0 when it is wrong as a whole.
        public var offset: Int
    }

    /// Reads matchers, separated by commas, with or without braces around them.
    public static func matchers(_ text: String) throws(Refusal) -> [AlertMatcher] {
        let modern = Result { () throws(Refusal) in try ModernMatcherParser.matchers(text) }
        let classic = Result { () throws(Refusal) in try ClassicMatcherParser.matchers(text) }
        return try choose(modern, classic)
    }

    /// Reads exactly one matcher without braces.
    public static func matcher(_ text: String) throws(Refusal) -> AlertMatcher {
        if text.hasPrefix("{") || text.hasSuffix("}") {
            throw Refusal(description: "unexpected open or close brace: \(text)", offset: 0)
        }
        let modern = Result { () throws(Refusal) in
            let all = try ModernMatcherParser.matchers(text)
            guard all.count == 1, let only = all.first else {
                throw Refusal(description: "expected one matcher, found \(all.count)", offset: 0)
            }
            return only
        }
        let classic = Result { () throws(Refusal) in try ClassicMatcherParser.matcher(text) }
        return try choose(modern, classic)
    }

    private static func choose<Value: Equatable>(_ modern: Result<Value, Refusal>, _ classic: Result<Value, Refusal>)
        throws(Refusal) -> Value
    {
        switch (modern, classic) {
        case (.success(let value), .failure): return value
        case (_, .success(let value)): return value
        case (.failure, .failure(let error)): throw error
        }
    }

    /// Whether a character cannot stand unquoted in the UTF-8 syntax: white space, quotes and `{}!=~,\`.
    public static func isReserved(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "{", "}", "!", "=", "~", ",", "\\", "\"", "'", "`": true
        default: scalar.properties.isWhitespace
        }
    }

    static func make(_ name: String, _ operation: AlertMatcher.Operation, _ value: String, at offset: Int)
        throws(Refusal) -> AlertMatcher
    {
        do { return try AlertMatcher(name, operation, value) } catch {
            throw Refusal(description: error.description, offset: offset)
        }
    }
}
