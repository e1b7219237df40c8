internal import CRE2

/// A compiled regular expression in Go's RE2 dialect, matching in linear time.
///
/// Thread-safe: RE2 objects do not change after they were made.
///
/// - Source: Go's regexp/syntax; differences of this RE2 are evened out: `(?<name>…)` is accepted, `\C` is refused.
public final class RegularExpression: @unchecked Sendable {  // guarded by: RE2 is immutable after construction
    /// The pattern as it was written.
    public let pattern: String
    /// The number of capturing groups, the whole match not counted.
    public let groupCount: Int
    /// Named groups and their numbers, counted from 1.
    public let groupNames: [String: Int]

    private let handle: OpaquePointer

    /// Where a group matched, in bytes of the subject's UTF-8.
    public typealias Span = Range<Int>

    /// Compiles `pattern`.
    ///
    /// - Parameter anchored: whether matches must cover the whole subject and `.` matches a newline too, as in
    ///   Prometheus' and Alertmanager's matchers.
    /// - Throws: ``RegularExpressionError`` in the wording of Go's package, which clients print.
    public init(_ pattern: String, anchored: Bool = false) throws(RegularExpressionError) {
        self.pattern = pattern
        let text = try Self.goDialect(pattern)
        var reason = [CChar](repeating: 0, count: 256)
        var utf8 = text
        let made = utf8.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { pointer in
                ruleval_re2_new(pointer.baseAddress, pointer.count, anchored, 8 << 20, &reason, reason.count)
            }
        }
        guard let made else {
            let bytes = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw RegularExpressionError(re2: String(decoding: bytes, as: UTF8.self))
        }
        handle = made
        self.anchored = anchored
        groupCount = Int(ruleval_re2_group_count(made))
        groupNames = Self.names(of: made)
    }

    deinit { ruleval_re2_free(handle) }

    private let anchored: Bool

    /// Whether the expression matches: the whole of `text` when anchored, any part of it otherwise.
    public func matches(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { matches($0) }
    }

    /// Whether the expression matches these UTF-8 bytes.
    public func matches(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        withSubject(bytes) { ruleval_re2_match(handle, $0, bytes.count, 0, anchored, nil, 0) }
    }

    /// The spans of the first match at or after byte `start`, the whole match first; nil without a match.
    public func firstMatch(in bytes: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> [Span?]? {
        guard start <= bytes.count else { return nil }
        var spans = [ruleval_re2_span](repeating: .init(start: -1, end: -1), count: groupCount + 1)
        let found = withSubject(bytes) {
            ruleval_re2_match(handle, $0, bytes.count, start, anchored, &spans, Int32(spans.count))
        }
        guard found else { return nil }
        return spans.map { $0.start < 0 ? nil : Int($0.start)..<Int($0.end) }
    }

    private func withSubject(_ bytes: UnsafeBufferPointer<UInt8>, _ body: (UnsafePointer<CChar>) -> Bool) -> Bool {
        guard let base = bytes.baseAddress else { return withUnsafePointer(to: 0 as CChar) { body($0) } }
        return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { body($0) }
    }

    /// Rewrites what this RE2 reads otherwise than Go: `(?<n>` becomes `(?P<n>`, `\C` is refused.
    private static func goDialect(_ pattern: String) throws(RegularExpressionError) -> String {
        guard pattern.utf8.contains(UInt8(ascii: "\\")) || pattern.utf8.contains(UInt8(ascii: "<")) else {
            return pattern
        }
        var out: [UInt8] = []
        let bytes = Array(pattern.utf8)
        var index = 0
        var inClass = false
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "\\") where index + 1 < bytes.count:
                let next = bytes[index + 1]
                if next == UInt8(ascii: "C") {
                    throw RegularExpressionError(message: "invalid escape sequence: `\\C`")
                }
                out += [byte, next]
                index += 2
                if next == UInt8(ascii: "Q") {
                    while index < bytes.count, !bytes[index...].starts(with: [0x5c, UInt8(ascii: "E")]) {
                        out.append(bytes[index])
                        index += 1
                    }
                }
                continue
            case UInt8(ascii: "["):
                if !inClass {
                    inClass = true
                    out.append(byte)
                    index += 1
                    if index < bytes.count, bytes[index] == UInt8(ascii: "^") {
                        out.append(bytes[index])
                        index += 1
                    }
                    if index < bytes.count, bytes[index] == UInt8(ascii: "]") {
                        out.append(bytes[index])
                        index += 1
                    }
                    continue
                }
            case UInt8(ascii: "]"): inClass = false
            case UInt8(ascii: "(") where !inClass && bytes[index...].starts(with: Array("(?<".utf8)):
                out += Array("(?P<".utf8)
                index += 3
                continue
            default: break
            }
            out.append(byte)
            index += 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func names(of handle: OpaquePointer) -> [String: Int] {
        var names: [String: Int] = [:]
        withUnsafeMutablePointer(to: &names) { pointer in
            ruleval_re2_group_names(handle, pointer) { user, name, length, group in
                guard let user, let name else { return }
                let bytes = UnsafeRawBufferPointer(start: name, count: length)
                user.assumingMemoryBound(to: [String: Int].self).pointee[String(decoding: bytes, as: UTF8.self)] =
                    Int(group)
            }
        }
        return names
    }
}

/// Why a pattern does not compile, in Go's words without its `error parsing regexp: ` prefix.
public struct RegularExpressionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, for example ``missing closing ): `(a` ``.
    public var message: String

    /// Makes an error with this message.
    public init(message: String) { self.message = message }

    /// The message with Go's prefix.
    public var description: String { "error parsing regexp: \(message)" }

    /// Says what RE2 says in Go's words: `missing ): (a` becomes ``missing closing ): `(a` ``.
    init(re2 text: String) {
        let parts = text.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
        let reason = parts.first.map(String.init) ?? text
        let goReason = Self.goReasons[reason] ?? reason
        message = Self.withArgument.contains(goReason) ? "\(goReason): `\(parts.count > 1 ? parts[1] : "")`" : text
    }

    private static let goReasons = [
        "missing )": "missing closing )", "missing ]": "missing closing ]",
        "trailing \\": "trailing backslash at end of expression",
        "no argument for repetition operator": "missing argument to repetition operator",
        "invalid repetition size": "invalid repeat count",
        "bad repetition operator": "invalid nested repetition operator",
        "invalid perl operator": "invalid or unsupported Perl syntax",
        "invalid named capture group": "invalid named capture", "invalid UTF-8": "invalid UTF-8",
    ]

    private static let withArgument: Set<String> = Set(goReasons.values).union([
        "unexpected )", "invalid escape sequence", "invalid character class", "invalid character class range",
    ])
}
