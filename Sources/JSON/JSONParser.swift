import Base

/// Bounds of what ``JSONValue`` reads from outside.
public struct JSONLimits: Hashable, Sendable {
    /// The longest text, in bytes.
    public var bytes: Int
    /// The deepest nesting of arrays and objects.
    public var depth: Int

    /// Bounds; by default 64 MiB and 100 levels.
    public init(bytes: Int = 64 << 20, depth: Int = 100) {
        self.bytes = bytes
        self.depth = depth
    }
}

extension JSONValue {
    /// Reads one JSON document.
    ///
    /// Invalid UTF-8 and lone surrogates become U+FFFD and whole numbers beyond 64 bits become floating point, as in
    /// Go; everything else that is no JSON is refused.
    /// - Throws: ``JSONError`` with line and column of the first fault.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .init()) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError("the text has \(bytes.count) bytes, at most \(limits.bytes) are read")
        }
        let result: Result<JSONValue, JSONError> = bytes.withUnsafeBufferPointer { buffer in
            var parser = JSONParser(buffer, depthLimit: limits.depth)
            do throws(JSONError) {
                return .success(try parser.document())
            } catch {
                var placed = error
                placed.position = error.offset.map { JSONParser.position(of: $0, in: buffer) }
                return .failure(placed)
            }
        }
        self = try result.get()
    }

    /// Reads one JSON document from text.
    /// - Throws: ``JSONError`` with line and column of the first fault.
    public init(parsing text: String, limits: JSONLimits = .init()) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }
}

/// Recursive descent over bytes; the depth bound keeps the stack small.
struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let depthLimit: Int
    private var at = 0
    private var depth = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    static func position(of offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> SourcePosition {
        var line = 1
        var lineStart = 0
        for index in 0..<min(offset, bytes.count) where bytes[index] == 0x0A {
            line += 1
            lineStart = index + 1
        }
        let column = bytes[lineStart..<min(offset, bytes.count)].count { $0 & 0xC0 != 0x80 }
        return SourcePosition(line: line, column: column + 1)
    }

    mutating func document() throws(JSONError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw JSONError("the text begins with a byte order mark", offset: 0)
        }
        let value = try value()
        skipSpace()
        guard at == bytes.count else { throw unexpected("the end of the text") }
        return value
    }

    private mutating func skipSpace() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private func unexpected(_ expected: String) -> JSONError {
        guard at < bytes.count else { return JSONError("the text ends where \(expected) was expected", offset: at) }
        let byte = bytes[at]
        let found: String
        if byte >= 0x21, byte < 0x7F {
            found = "`\(Character(Unicode.Scalar(byte)))`"
        } else {
            let hex = String(byte, radix: 16, uppercase: true)
            found = "byte 0x" + (hex.utf8.count < 2 ? "0" : "") + hex
        }
        return JSONError("unexpected \(found), expected \(expected)", offset: at)
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        skipSpace()
        guard at < bytes.count else { throw unexpected("a value") }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < bytes.count, bytes[at] == word.utf8Start[index] else {
                at = start
                throw unexpected("a value")
            }
            at += 1
        }
    }

    private mutating func enter() throws(JSONError) {
        depth += 1
        guard depth <= depthLimit else {
            throw JSONError("nested deeper than \(depthLimit) levels", offset: at)
        }
        at += 1
        skipSpace()
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
            return .array([])
        }
        while true {
            elements.append(try value())
            skipSpace()
            guard at < bytes.count else { throw unexpected("`,` or `]`") }
            if bytes[at] == UInt8(ascii: "]") { break }
            guard bytes[at] == UInt8(ascii: ",") else { throw unexpected("`,` or `]`") }
            at += 1
        }
        at += 1
        return .array(elements)
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var members: [JSONObject.Member] = []
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
            return .object(JSONObject())
        }
        while true {
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
            let key = try string()
            skipSpace()
            guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw unexpected("`:`") }
            at += 1
            members.append(.init(key: key, value: try value()))
            skipSpace()
            guard at < bytes.count else { throw unexpected("`,` or `}`") }
            if bytes[at] == UInt8(ascii: "}") { break }
            guard bytes[at] == UInt8(ascii: ",") else { throw unexpected("`,` or `}`") }
            at += 1
        }
        at += 1
        return .object(JSONObject(members))
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard at < bytes.count, isDigit(bytes[at]) else { throw unexpected("a digit") }
        if bytes[at] == 0x30 { at += 1 } else { skipDigits() }
        var isWhole = true
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            isWhole = false
            at += 1
            guard at < bytes.count, isDigit(bytes[at]) else { throw unexpected("a digit") }
            skipDigits()
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            guard at < bytes.count, isDigit(bytes[at]) else { throw unexpected("a digit") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        // An integer has no negative zero.
        if isWhole, text != "-0", let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else {
            throw JSONError("the number does not fit 64 bits", offset: start)
        }
        return .number(number)
    }

    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    private mutating func skipDigits() {
        while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    }

    private mutating func string() throws(JSONError) -> String {
        at += 1
        let start = at
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") {
                at += 1
                return String(decoding: bytes[start..<(at - 1)], as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw JSONError("control character in a string", offset: at) }
            at += 1
        }
        throw JSONError("the string is not closed", offset: start - 1)
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw JSONError("control character in a string", offset: at)
            default:
                text.append(byte)
                at += 1
            }
        }
        throw JSONError("the string is not closed", offset: start - 1)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard at + 1 < bytes.count else { throw JSONError("the string is not closed", offset: at) }
        let letter = bytes[at + 1]
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try hexUnit(at: at + 2)
            at += 6
            var scalar = Unicode.Scalar(UInt32(unit))
            if unit & 0xFC00 == 0xD800, at + 1 < bytes.count, bytes[at] == 0x5C, bytes[at + 1] == UInt8(ascii: "u") {
                let low = try hexUnit(at: at + 2)
                if low & 0xFC00 == 0xDC00 {
                    scalar = Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF)))
                    at += 6
                }
            }
            text.append(contentsOf: String(Character(scalar ?? "\u{FFFD}")).utf8)
            return
        default: throw JSONError("unknown escape in a string", offset: at)
        }
        at += 2
    }

    private func hexUnit(at start: Int) throws(JSONError) -> UInt16 {
        guard start + 4 <= bytes.count else { throw JSONError("the string is not closed", offset: start - 2) }
        var unit: UInt16 = 0
        for byte in bytes[start..<(start + 4)] {
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw JSONError("`\\u` needs four hexadecimal digits", offset: start - 2)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
