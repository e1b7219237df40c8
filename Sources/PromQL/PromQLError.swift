import Base

/// Why an expression was refused, and where.
public struct PromQLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, in Prometheus' words where its clients show them.
    public var message: String
    /// The stretch of the text that is meant, in UTF-8 bytes.
    public var range: PositionRange
    /// Line, counted from 1.
    public var line: Int
    /// Column in characters (Unicode scalars), counted from 1.
    public var column: Int
    /// What stood there, as the message writes it; nil when the error is not about one token.
    public var found: String?
    /// What could have stood there; nil when there is no short list.
    public var expected: String?
    /// What to do instead, when it is known: a near miss, a feature to enable.
    public var hint: String?
    /// The feature that must be enabled for this to be accepted.
    public var feature: Feature?

    /// Column in bytes, as Prometheus counts it.
    private var byteColumn: Int
    /// The line that is meant, at most about 160 characters of it around the place, and the caret's column in it.
    private var excerpt: String
    private var caret: Int
    private var caretLength: Int
    private var textIsEmpty: Bool

    /// First byte that is meant.
    public var offset: Int { range.start }

    /// `1:5: parse error: message`, as Prometheus prints it: columns count bytes, an empty text has no place.
    public var description: String {
        (textIsEmpty ? "unknown position" : "\(line):\(byteColumn)") + ": parse error: \(message)"
    }

    /// The description, the line and a caret under the place, and the hint, each on a line of its own.
    public var rendered: String {
        var text = description + "\n  " + excerpt + "\n  " + String(repeating: " ", count: caret) + "^"
        if caretLength > 1 { text += String(repeating: "~", count: caretLength - 1) }
        if let hint { text += "\n  hint: " + hint }
        return text
    }

    /// The error as a diagnostic at `position`, which replaces the error's own line and column.
    public func diagnostic(at position: SourcePosition? = nil) -> Diagnostic {
        Diagnostic(message, at: position ?? SourcePosition(line: line, column: column), hint: hint)
    }

    init(_ failure: ParseFailure, in bytes: [UInt8]) {
        let failure = failure.details
        message = failure.message
        range = failure.range
        found = failure.found
        expected = failure.expected
        hint = failure.hint
        feature = failure.feature
        textIsEmpty = bytes.isEmpty
        let start = min(max(failure.range.start, 0), bytes.count)
        let before = bytes[..<start]
        line = 1 + before.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) }
        let lineStart = (before.lastIndex(of: 0x0A) ?? -1) + 1
        byteColumn = start - lineStart + 1
        let isScalarStart = { (byte: UInt8) in byte & 0xC0 != 0x80 }
        column = 1 + bytes[lineStart..<start].reduce(0) { $0 + (isScalarStart($1) ? 1 : 0) }
        let lineEnd = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
        var from = max(lineStart, start - 80)
        while from < start, !isScalarStart(bytes[from]) { from += 1 }
        var to = min(lineEnd, start + 80)
        while to > start, to < bytes.count, !isScalarStart(bytes[to]) { to -= 1 }
        let shown = String(decoding: bytes[from..<to], as: UTF8.self)
        excerpt = String(String.UnicodeScalarView(shown.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        caret = bytes[from..<start].reduce(0) { $0 + (isScalarStart($1) ? 1 : 0) }
        let end = min(max(failure.range.end, start), to)
        caretLength = bytes[start..<end].reduce(0) { $0 + (isScalarStart($1) ? 1 : 0) }
    }
}

/// An error on its way out of the parser: one word, since every function on the way has room for it.
indirect enum ParseFailure: Error {
    case because(ParseFailureDetails)

    init(_ message: String, at range: PositionRange) { self = .because(.init(message: message, range: range)) }

    var details: ParseFailureDetails {
        get {
            switch self {
            case .because(let details): details
            }
        }
        set { self = .because(newValue) }
    }
}

/// What a ``PromQLError`` is made of.
struct ParseFailureDetails {
    var message: String
    var range: PositionRange
    var found: String?
    var expected: String?
    var hint: String?
    var feature: Feature?
}
