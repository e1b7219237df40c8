import Base
import TimeSeries

/// Writes the parts of a value one behind the other: what columns would be too many for.
///
/// Numbers are variable-length (7 bits a byte, lowest first, signed ones zigzag), texts and lists carry their length.
public struct StateBlobWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []

    /// Begins with the version of the value's layout.
    public init(version: UInt8) { bytes.append(version) }

    /// A number that is not negative.
    public mutating func write(count: Int) { write(raw: UInt64(max(0, count))) }

    /// A number.
    public mutating func write(_ number: Int64) {
        write(raw: UInt64(bitPattern: number << 1) ^ UInt64(bitPattern: number >> 63))
    }

    /// A floating point number, all 64 bits of it.
    public mutating func write(_ number: Double) {
        var bits = number.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
        }
    }

    /// A flag.
    public mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// A text.
    public mutating func write(_ text: String) {
        write(count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// An instant.
    public mutating func write(_ time: Timestamp) { write(time.milliseconds) }

    /// Labels, empty values kept.
    public mutating func write(_ labels: Labels) {
        bytes.reserveCapacity(bytes.count + labels.byteCount + 8)
        write(count: labels.count)
        labels.forEachUTF8 { name, value in
            write(count: name.count)
            bytes.append(contentsOf: name)
            write(count: value.count)
            bytes.append(contentsOf: value)
        }
    }

    /// A value that may be missing.
    public mutating func write<Value>(_ value: Value?, _ each: (inout StateBlobWriter, Value) -> Void) {
        write(value != nil)
        if let value { each(&self, value) }
    }

    /// A list.
    public mutating func write<Values: Collection>(
        _ values: Values, _ each: (inout StateBlobWriter, Values.Element) -> Void
    ) {
        write(count: values.count)
        for value in values { each(&self, value) }
    }

    private mutating func write(raw: UInt64) {
        var rest = raw
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}

/// A blob that is cut short or was written by another layout.
public struct StateBlobError: Error, Hashable, Sendable {}

/// Reads what ``StateBlobWriter`` wrote, in the same order; never trusts a length.
public struct StateBlobReader: Sendable {
    private let bytes: [UInt8]
    private var index = 0

    /// The version of the value's layout.
    public let version: UInt8

    /// Whether everything has been read.
    public var isAtEnd: Bool { index == bytes.count }

    /// Reads the version.
    public init(_ bytes: [UInt8]) throws(StateBlobError) {
        guard let first = bytes.first else { throw StateBlobError() }
        self.bytes = bytes
        version = first
        index = 1
    }

    /// A number that is not negative.
    public mutating func count() throws(StateBlobError) -> Int {
        guard let count = Int(exactly: try raw()) else { throw StateBlobError() }
        return count
    }

    /// A number.
    public mutating func integer() throws(StateBlobError) -> Int64 {
        let raw = try raw()
        return Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1)
    }

    /// A floating point number.
    public mutating func double() throws(StateBlobError) -> Double {
        guard bytes.count - index >= 8 else { throw StateBlobError() }
        var bits: UInt64 = 0
        for offset in 0..<8 { bits |= UInt64(bytes[index + offset]) << UInt64(8 * offset) }
        index += 8
        return Double(bitPattern: bits)
    }

    /// A flag.
    public mutating func bool() throws(StateBlobError) -> Bool {
        guard index < bytes.count else { throw StateBlobError() }
        defer { index += 1 }
        return bytes[index] != 0
    }

    /// A text.
    public mutating func string() throws(StateBlobError) -> String {
        let count = try count()
        guard count <= bytes.count - index else { throw StateBlobError() }
        defer { index += count }
        return String(decoding: bytes[index..<index + count], as: UTF8.self)
    }

    /// An instant.
    public mutating func timestamp() throws(StateBlobError) -> Timestamp { Timestamp(milliseconds: try integer()) }

    /// Labels.
    public mutating func labels() throws(StateBlobError) -> Labels {
        var pairs: [(String, String)] = []
        for _ in 0..<(try length()) { pairs.append((try string(), try string())) }
        return Labels(keepingEmpty: pairs)
    }

    /// A value that may be missing.
    public mutating func optional<Value>(
        _ each: (inout StateBlobReader) throws(StateBlobError) -> Value
    ) throws(StateBlobError) -> Value? {
        try bool() ? try each(&self) : nil
    }

    /// A list.
    public mutating func list<Value>(
        _ each: (inout StateBlobReader) throws(StateBlobError) -> Value
    ) throws(StateBlobError) -> [Value] {
        var all: [Value] = []
        for _ in 0..<(try length()) { all.append(try each(&self)) }
        return all
    }

    /// The length of a list, which cannot be longer than there are bytes left.
    private mutating func length() throws(StateBlobError) -> Int {
        let length = try count()
        guard length <= bytes.count - index else { throw StateBlobError() }
        return length
    }

    private mutating func raw() throws(StateBlobError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while index < bytes.count, shift < 64 {
            let byte = bytes[index]
            index += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw StateBlobError()
    }
}
