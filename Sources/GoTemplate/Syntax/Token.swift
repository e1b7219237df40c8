import Base

/// A piece of a template's text.
struct Token: Sendable {
    enum Kind: Sendable {
        case error, bool, character, characterConstant, complex, assign, declare, end, field, identifier, leftDelimiter
        case leftParenthesis, number, pipe, rawString, rightDelimiter, rightParenthesis, space, string, text, variable
        case keyword, dot, null
    }

    var kind: Kind
    /// Offset of its first byte.
    var position: Int
    /// The text itself, or an error's message.
    var text: String
    /// Line of its first byte, counted from 1.
    var line: Int

    /// As Go's parser shows it in errors.
    var shown: String {
        switch kind {
        case .end: return "EOF"
        case .error: return text
        case .keyword, .dot, .null: return "<\(text)>"
        default: break
        }
        if text.utf8.count > 10 {
            let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(10)))
            return GoQuote.quoted(head) + "..."
        }
        return GoQuote.quoted(text)
    }

    func isKeyword(_ word: String) -> Bool { kind == .keyword && text == word }
}
