import Base

/// Writes JSON text in the order of its calls, commas set by itself, without a tree in between.
///
/// What is written is the caller's duty to balance: `beginObject` … `endObject`, and a ``key(_:)`` before each member.
public struct JSONWriter: Sendable {
    /// Which characters of strings are written as escapes beyond what JSON demands.
    public enum Escaping: Sendable {
        /// As Go's encoding/json: also `<`, `>`, `&`, U+2028 and U+2029; for everything that Go's json.Marshal writes.
        case html
        /// Only what JSON demands; as Prometheus writes label names and values in query answers.
        case plain
    }

    /// What has been written so far.
    public var bytes: [UInt8]
    private var needsComma = false
    private let escaping: Escaping

    /// An empty text.
    public init(escaping: Escaping = .html, reserving capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
        self.escaping = escaping
    }

    /// Makes room for as many bytes more, so that writing them asks for memory once.
    public mutating func reserve(_ more: Int) { bytes.reserveCapacity(bytes.count + more) }

    /// What has been written so far, as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Hands over what has been written and goes on with an empty buffer, in the same place of the document.
    public mutating func takeBytes() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// `{`
    public mutating func beginObject() {
        separate()
        bytes.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// `}`
    public mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// `[`
    public mutating func beginArray() {
        separate()
        bytes.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// `]`
    public mutating func endArray() {
        bytes.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// The key of the member whose value is written next.
    public mutating func key(_ key: String) {
        separate()
        quote(key)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A string.
    public mutating func string(_ text: String) {
        separate()
        quote(text)
    }

    /// A string with escapes other than this writer's own.
    public mutating func string(_ text: String, escaping: Escaping) {
        separate()
        quote(text, escaping)
    }

    /// A string given as UTF-8; invalid parts become U+FFFD.
    public mutating func string(utf8: UnsafeBufferPointer<UInt8>) { string(utf8: utf8, escaping: escaping) }

    /// A string given as UTF-8, with escapes other than this writer's own; invalid parts become U+FFFD.
    public mutating func string(utf8: UnsafeBufferPointer<UInt8>, escaping: Escaping) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        appendEscaped(utf8, escaping)
        bytes.append(UInt8(ascii: "\""))
    }

    /// The key of the member whose value is written next, given as UTF-8.
    public mutating func key(utf8: UnsafeBufferPointer<UInt8>) {
        string(utf8: utf8)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A whole number.
    public mutating func integer(_ value: some BinaryInteger) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    /// A number as Go's encoding/json writes it; NaN and infinities, which JSON has not, become `null`.
    public mutating func number(_ value: Double) {
        separate()
        guard value.isFinite else {
            bytes.append(contentsOf: "null".utf8)
            return
        }
        var digits: [UInt8] = []
        SampleText.append(value, to: &digits)
        // Go's encoder writes e-7 where strconv writes e-07.
        if digits.count >= 4, digits[digits.count - 2] == 0x30, digits[digits.count - 3] == UInt8(ascii: "-"),
            digits[digits.count - 4] == UInt8(ascii: "e")
        {
            digits.remove(at: digits.count - 2)
        }
        bytes.append(contentsOf: digits)
    }

    /// An instant as a string, in UTC; the fraction has at least `decimals` digits, of three.
    public mutating func time(_ time: Timestamp, decimals: Int = 0) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        RFC3339.append(time, decimals: decimals, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// `true` or `false`.
    public mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// `null`
    public mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// A piece of JSON text in the middle of something, commas included; it is not looked at.
    /// - Parameter ends: Whether a value ends with it, so that a comma follows before the next.
    public mutating func piece(_ text: StaticString, ends: Bool = false) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        needsComma = ends
    }

    /// JSON text as it stands; it is not looked at.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
    }

    /// A whole tree.
    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { self.value(element) }
            endArray()
        case .object(let object):
            beginObject()
            for member in object.members {
                key(member.key)
                self.value(member.value)
            }
            endObject()
        }
    }

    private mutating func quote(_ text: String) { quote(text, escaping) }

    private mutating func quote(_ text: String, _ escaping: Escaping) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { appendEscaped($0, escaping) }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONValue {
    /// The tree as compact JSON text, as Go's json.Marshal writes it.
    public var text: String {
        var writer = JSONWriter()
        writer.value(self)
        return writer.text
    }
}
