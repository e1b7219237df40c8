/// Writes a ``FloatChunk`` sample by sample.
struct FloatChunkEncoder: Sendable {
    // In the order in which a sample needs them, small ones together: a store has many of these.
    private(set) var last: Int64 = 0
    private(set) var lastBits: UInt64 = 0
    private var timeDelta: Int64 = 0
    private var integer: Int64 = 0
    private var integerDelta: Int64 = 0
    private var writer = BitWriter()
    private var isInteger = false
    private var storedScale: Int8 = 0
    private var leading: UInt8 = Self.noWindow
    private var trailing: UInt8 = 0
    private var samples: UInt32 = 0
    private(set) var first: Int64 = 0

    private static let noWindow: UInt8 = 65

    /// A chunk without samples.
    init() {}

    /// A chunk without samples behind `other`, whose last value is still known.
    init(continuing other: FloatChunkEncoder) {
        lastBits = other.lastBits
        storedScale = other.isInteger ? other.storedScale : 0
    }

    /// The samples so far; shares the words with the encoder.
    var chunk: FloatChunk {
        FloatChunk(first: first, last: last, count: count, words: writer.words, pending: writer.pending)
    }

    /// The samples so far, in no more memory than they need.
    var sealed: FloatChunk { FloatChunk(first: first, last: last, count: count, words: writer.sealed, pending: 0) }

    /// How many there are.
    var count: Int { Int(samples) }

    private var scale: Int {
        get { Int(storedScale) }
        set { storedScale = Int8(truncatingIfNeeded: newValue) }
    }

    /// Bytes held, about.
    var byteCount: Int { writer.words.count * 8 + 8 }

    /// Appends a sample later than all before.
    /// - Returns: bytes by which ``byteCount`` grew.
    mutating func append(_ value: Double, at time: Int64) -> Int {
        let words = writer.words.count
        let bits = value.bitPattern
        if samples == 0 {
            first = time
            if let found = DecimalScale.find(value, from: scale) {
                isInteger = true
                (scale, integer) = found
                writer.write(UInt64(scale), BitWidths.scale)
            } else {
                writer.write(DecimalScale.none, BitWidths.scale)
            }
            writer.write(bits, 64)
        } else {
            let delta = time &- last
            writeTime(ZigZag.encode(delta &- timeDelta))
            timeDelta = delta
            if isInteger { appendInteger(value, bits) } else { appendBits(bits) }
        }
        last = time
        lastBits = bits
        samples &+= 1
        return (writer.words.count &- words) * 8
    }

    /// A zero is one bit; else ones that say which width, and the number.
    @inline(__always)
    private mutating func writeTime(_ number: UInt64) {
        if number == 0 {
            writer.write(0, 1)
        } else if number >> 8 == 0 {
            writer.write(0b10 << 8 | number, 10)
        } else if number >> 14 == 0 {
            writer.write(0b110 << 14 | number, 17)
        } else if number >> 24 == 0 {
            writer.write(0b1110 << 24 | number, 28)
        } else {
            writer.write(0b1111, 4)
            writer.write(number, 64)
        }
    }

    /// As ``writeTime(_:)``, with the widths and prefixes of integers.
    @inline(__always)
    private mutating func writeInteger(_ number: UInt64) {
        if number == 0 {
            writer.write(0, 1)
        } else if number >> 5 == 0 {
            writer.write(0b10 << 5 | number, 7)
        } else if number >> 9 == 0 {
            writer.write(0b110 << 9 | number, 12)
        } else if number >> 15 == 0 {
            writer.write(0b1110 << 15 | number, 19)
        } else if number >> 28 == 0 {
            writer.write(0b11110 << 28 | number, 33)
        } else {
            writer.write(0b111110, 6)
            writer.write(number, 64)
        }
    }

    private mutating func appendInteger(_ value: Double, _ bits: UInt64) {
        if let whole = DecimalScale.whole(value, scale) {
            appendWhole(whole)
        } else if StaleMarker.isStale(value) {
            writer.write(0b1111110, 7)
        } else {
            writer.write(0b1111111, 7)
            if let whole = rescale(for: value) {
                writer.write(UInt64(scale), BitWidths.scale)
                appendWhole(whole)
            } else {
                writer.write(DecimalScale.none, BitWidths.scale)
                writer.write(bits, 64)
                isInteger = false
            }
        }
    }

    @inline(__always)
    private mutating func appendWhole(_ whole: Int64) {
        let delta = whole &- integer
        writeInteger(ZigZag.encode(delta &- integerDelta))
        integer = whole
        integerDelta = delta
    }

    /// Goes on with more digits behind the point; nil when `value` is none of few digits.
    private mutating func rescale(for value: Double) -> Int64? {
        guard scale < DecimalScale.most, let found = DecimalScale.find(value, from: scale + 1) else { return nil }
        let factor = Int64(DecimalScale.factor(found.exponent - scale))
        integer = integer &* factor
        integerDelta = integerDelta &* factor
        scale = found.exponent
        return found.whole
    }

    private mutating func appendBits(_ bits: UInt64) {
        let difference = bits ^ lastBits
        if difference == 0 { return writer.write(0, 1) }
        let newLeading = UInt8(truncatingIfNeeded: min(difference.leadingZeroBitCount, 31))
        let newTrailing = UInt8(truncatingIfNeeded: difference.trailingZeroBitCount)
        if newLeading >= leading, newTrailing >= trailing, leading < Self.noWindow {
            writer.write(0b10, 2)
            writer.write(difference >> UInt64(trailing), 64 - Int(leading) - Int(trailing))
        } else {
            leading = newLeading
            trailing = newTrailing
            let width = 64 - Int(leading) - Int(trailing)
            writer.write(0b11, 2)
            writer.write(UInt64(leading), 5)
            writer.write(UInt64(width - 1), 6)
            writer.write(difference >> UInt64(trailing), width)
        }
    }
}
