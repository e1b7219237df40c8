/// Writes the fields of protocol buffer messages.
struct ProtobufWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ field: Int, _ value: UInt64) {
        raw(UInt64(field) << 3)
        raw(value)
    }

    mutating func signed(_ field: Int, _ value: Int64) { varint(field, UInt64(bitPattern: value)) }

    mutating func zigzag(_ field: Int, _ value: Int64) { varint(field, UInt64(bitPattern: value << 1 ^ value >> 63)) }

    mutating func double(_ field: Int, _ value: Double) {
        raw(UInt64(field) << 3 | 1)
        append(value)
    }

    mutating func string(_ field: Int, _ text: String) {
        var text = text
        text.withUTF8 { data(field, $0) }
    }

    mutating func data(_ field: Int, _ content: UnsafeBufferPointer<UInt8>) {
        raw(UInt64(field) << 3 | 2)
        raw(UInt64(content.count))
        bytes.append(contentsOf: content)
    }

    /// A repeated double in packed form; nothing when there is none.
    mutating func doubles(_ field: Int, _ values: [Double]) {
        if values.isEmpty { return }
        raw(UInt64(field) << 3 | 2)
        raw(UInt64(values.count * 8))
        for value in values { append(value) }
    }

    /// A repeated number in packed form.
    mutating func varints(_ field: Int, _ values: [UInt64]) {
        message(field) { writer in for value in values { writer.raw(value) } }
    }

    /// Fields that are written already.
    mutating func raw(_ fields: UnsafeBufferPointer<UInt8>) { bytes.append(contentsOf: fields) }

    /// A message; `write` writes its fields with this same writer.
    mutating func message(_ field: Int, _ write: (inout ProtobufWriter) -> Void) {
        raw(UInt64(field) << 3 | 2)
        let start = bytes.count
        // Most messages are shorter than 128 bytes: room for one byte of length, moved when that is not enough.
        bytes.append(0)
        write(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
        } else {
            var prefix = ProtobufWriter()
            prefix.raw(UInt64(length))
            bytes.replaceSubrange(start...start, with: prefix.bytes)
        }
    }

    private mutating func append(_ value: Double) {
        var rest = value.bitPattern
        for _ in 0..<8 {
            bytes.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    private mutating func raw(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
