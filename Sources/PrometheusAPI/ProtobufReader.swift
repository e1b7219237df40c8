/// Why bytes are no protocol buffer.
struct ProtobufError: Error, Hashable, CustomStringConvertible {
    let description: String
    /// Whether everything is well-formed, but something that is needed was left out.
    let isIncomplete: Bool

    /// A series has more labels than are taken.
    static let tooManyLabels = ProtobufError(
        "a series has more than \(RemoteWriteRequest.maximumLabels) labels")

    init(_ description: String, isIncomplete: Bool = false) {
        self.description = description
        self.isIncomplete = isIncomplete
    }
}

/// Walks the fields of one message; never reads beyond its end.
struct ProtobufReader {
    private let bytes: UnsafeRawBufferPointer
    private var at = 0
    /// The number of the field that ``next()`` found.
    private(set) var field = 0
    private var wireType: UInt64 = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Goes to the next field; false at the end. Its value must be read or skipped then.
    @inline(__always)
    mutating func next() throws(ProtobufError) -> Bool {
        if at == bytes.count { return false }
        let tag = try rawVarint()
        guard tag >> 3 != 0, tag >> 3 <= 0x1FFF_FFFF else { throw ProtobufError("a field has no valid number") }
        field = Int(tag >> 3)
        wireType = tag & 7
        return true
    }

    /// Whether the field at hand holds bytes: of a repeated number, the packed form.
    var isBytes: Bool { wireType == 2 }

    /// Passes over fields with number 1 that hold bytes, as long as one follows the other.
    /// - Returns: all of them, with their tags.
    /// Whether nothing is left.
    var isAtEnd: Bool { at == bytes.count }

    /// Bytes that are left.
    var left: Int { bytes.count - at }

    mutating func run() throws(ProtobufError) -> UnsafeRawBufferPointer {
        let start = at
        while at < bytes.count, bytes[at] == 1 << 3 | 2 {
            at += 1
            let length = try rawVarint()
            guard length <= UInt64(bytes.count - at) else { throw ProtobufError("field 1 is longer than its message") }
            at += Int(length)
        }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<at])
    }

    mutating func varint() throws(ProtobufError) -> UInt64 {
        guard wireType == 0 else { throw ProtobufError("field \(field) has the wrong type") }
        return try rawVarint()
    }

    mutating func signed() throws(ProtobufError) -> Int64 { Int64(bitPattern: try varint()) }

    /// `sint32` and `sint64`.
    mutating func zigzag() throws(ProtobufError) -> Int64 { Self.unzigzag(try varint()) }

    mutating func double() throws(ProtobufError) -> Double {
        guard wireType == 1 else { throw ProtobufError("field \(field) has the wrong type") }
        return try rawDouble()
    }

    @inline(__always)
    mutating func data() throws(ProtobufError) -> UnsafeRawBufferPointer {
        guard wireType == 2 else { throw ProtobufError("field \(field) has the wrong type") }
        let length = try rawVarint()
        guard length <= UInt64(bytes.count - at) else {
            throw ProtobufError("field \(field) is longer than its message")
        }
        defer { at += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[at..<(at + Int(length))])
    }

    /// Appends a repeated double, packed or not.
    mutating func doubles(into values: inout [Double]) throws(ProtobufError) {
        guard isBytes else {
            values.append(try double())
            return
        }
        var packed = ProtobufReader(try data())
        guard packed.bytes.count % 8 == 0 else { throw ProtobufError("field \(field) is cut off") }
        values.reserveCapacity(values.count + packed.bytes.count / 8)
        while packed.at < packed.bytes.count { values.append(try packed.rawDouble()) }
    }

    /// Appends a repeated `sint64`, packed or not.
    mutating func zigzags(into values: inout [Int64]) throws(ProtobufError) {
        guard isBytes else {
            values.append(try zigzag())
            return
        }
        var packed = ProtobufReader(try data())
        while packed.at < packed.bytes.count { values.append(Self.unzigzag(try packed.rawVarint())) }
    }

    /// Appends a repeated `uint32`, packed or not; more than `limit` are too many labels.
    mutating func unsigned(into values: inout [UInt32], limit: Int) throws(ProtobufError) {
        guard isBytes else {
            values.append(UInt32(truncatingIfNeeded: try varint()))
            if values.count > limit { throw .tooManyLabels }
            return
        }
        var packed = ProtobufReader(try data())
        while packed.at < packed.bytes.count {
            values.append(UInt32(truncatingIfNeeded: try packed.rawVarint()))
            if values.count > limit { throw .tooManyLabels }
        }
    }

    mutating func skip() throws(ProtobufError) {
        switch wireType {
        case 0: _ = try rawVarint()
        case 1: try advance(8)
        case 2: _ = try data()
        case 5: try advance(4)
        default: throw ProtobufError("field \(field) has an unknown type")
        }
    }

    private static func unzigzag(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    private mutating func advance(_ count: Int) throws(ProtobufError) {
        guard bytes.count - at >= count else { throw ProtobufError("field \(field) is cut off") }
        at += count
    }

    private mutating func rawDouble() throws(ProtobufError) -> Double {
        guard bytes.count - at >= 8 else { throw ProtobufError("field \(field) is cut off") }
        defer { at += 8 }
        return Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
    }

    @inline(__always)
    private mutating func rawVarint() throws(ProtobufError) -> UInt64 {
        // Most numbers are tags and lengths of one byte.
        if at < bytes.count, bytes[at] < 0x80 {
            at += 1
            return UInt64(bytes[at - 1])
        }
        return try longVarint()
    }

    private mutating func longVarint() throws(ProtobufError) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
            guard shift < 70 else { throw ProtobufError("a number has more than ten bytes") }
        }
        throw ProtobufError("a number is cut off")
    }
}

extension ProtobufReader {
    /// The name and the value of a message `Label`, as remote read and remote write 1 have it.
    @inline(__always)
    static func label(
        _ bytes: UnsafeRawBufferPointer
    ) throws(ProtobufError) -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        var reader = ProtobufReader(bytes)
        var name = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = name
        while try reader.next() {
            switch reader.field {
            case 1: name = try reader.data()
            case 2: value = try reader.data()
            default: try reader.skip()
            }
        }
        return (name, value)
    }
}
