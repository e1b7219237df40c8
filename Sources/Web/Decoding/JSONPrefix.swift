import JSON

/// Reads the first JSON document of a body and, as Go's decoder, does not look at what follows.
enum JSONPrefix {
    /// Whether there is no document at all.
    static func isBlank(_ body: [UInt8]) -> Bool { body.first.map(isSpace) ?? true && body.allSatisfy(isSpace) }

    static func value(_ body: [UInt8]) throws(JSONError) -> JSONValue {
        do throws(JSONError) { return try JSONValue(parsing: body) } catch {
            guard let end = firstEnd(body), body[end...].contains(where: { !isSpace($0) }) else { throw error }
            return try JSONValue(parsing: Array(body[..<end]))
        }
    }

    /// Where the first array or object ends; nil when it does not.
    private static func firstEnd(_ body: [UInt8]) -> Int? {
        var depth = 0
        var inString = false
        var escaped = false
        for (index, byte) in body.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth <= 0 { return index + 1 }
            default: if depth == 0, !isSpace(byte) { return nil }
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
