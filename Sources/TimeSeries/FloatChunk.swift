/// A run of float samples, compressed.
///
/// Timestamps are differences of differences. Values of a run of whole numbers, or of decimals of few digits, too, with
/// a code of its own for the stale marker; from the first other value on they are differing bits (XOR), as in Facebook's
/// Gorilla.
struct FloatChunk: Sendable {
    /// Time of the first sample.
    let first: Int64
    /// Time of the last sample.
    let last: Int64
    /// Samples.
    let count: Int
    let words: [UInt64]
    let pending: UInt64

    /// Appends the samples from `start` to `end` to a series.
    func decode(from start: Int64, to end: Int64, into series: inout Series) {
        let buffer = SampleBuffer()
        buffer.begin(room: count)
        buffer.append(self, from: start, to: end)
        series.timestamps.append(contentsOf: buffer.timestamps)
        series.values.append(contentsOf: buffer.values)
    }

    /// Writes the samples from `start` to `end`, at most ``count``, and gives how many there were.
    func decode(
        from start: Int64, to end: Int64, times: UnsafeMutablePointer<Int64>, values: UnsafeMutablePointer<Double>
    ) -> Int {
        words.withUnsafeBufferPointer { buffer in
            var decoder = FloatChunkDecoder(reader: BitReader(buffer, pending: pending), time: first)
            var written = 0
            decoder.advance(isFirst: true)
            var index = 1
            while decoder.time < start {
                if index == count { return 0 }
                decoder.advance(isFirst: false)
                index += 1
            }
            while decoder.time <= end {
                times[written] = decoder.time
                values[written] = decoder.value
                written += 1
                if index == count { break }
                decoder.advance(isFirst: false)
                index += 1
            }
            return written
        }
    }
}

/// How many bits the codes of a number have behind their prefixes of ones.
enum BitWidths {
    /// Width of a time behind 1…4 ones.
    @inline(__always) static func time(_ ones: Int) -> Int { ones == 1 ? 8 : ones == 2 ? 14 : ones == 3 ? 24 : 64 }
    /// Width of an integer behind 1…5 ones.
    @inline(__always) static func integer(_ ones: Int) -> Int {
        ones == 1 ? 5 : ones == 2 ? 9 : ones == 3 ? 15 : ones == 4 ? 28 : 64
    }
    /// Ones that stand for the stale marker in a run of integers.
    static let stale = 6
    /// Ones that end a run of integers; the next ``scale`` bits say how it goes on.
    static let change = 7
    /// Bits of a ``DecimalScale``.
    static let scale = 3
}

/// Writes a ``FloatChunk`` sample by sample.
struct FloatChunkEncoder: Sendable {
    private(set) var first: Int64 = 0
    private(set) var last: Int64 = 0
    private(set) var count = 0
    private(set) var lastBits: UInt64 = 0
    private var writer = BitWriter()
    private var timeDelta: Int64 = 0
    private var isInteger = false
    private var scale = 0
    private var integer: Int64 = 0
    private var integerDelta: Int64 = 0
    private var leading = 65
    private var trailing = 0

    /// A chunk without samples.
    init() {}

    /// A chunk without samples behind `other`, whose last value is still known.
    init(continuing other: FloatChunkEncoder) {
        lastBits = other.lastBits
        scale = other.isInteger ? other.scale : 0
    }

    /// The samples so far; shares the words with the encoder.
    var chunk: FloatChunk {
        FloatChunk(first: first, last: last, count: count, words: writer.words, pending: writer.pending)
    }

    /// The samples so far, in no more memory than they need.
    var sealed: FloatChunk { FloatChunk(first: first, last: last, count: count, words: writer.sealed, pending: 0) }

    /// Bytes held, about.
    var byteCount: Int { writer.words.count * 8 + 8 }

    /// Appends a sample later than all before.
    mutating func append(_ value: Double, at time: Int64) {
        let bits = value.bitPattern
        if count == 0 {
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
        count += 1
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
        let newLeading = min(difference.leadingZeroBitCount, 31)
        let newTrailing = difference.trailingZeroBitCount
        if newLeading >= leading, newTrailing >= trailing, leading < 65 {
            writer.write(0b10, 2)
            writer.write(difference >> UInt64(trailing), 64 - leading - trailing)
        } else {
            leading = newLeading
            trailing = newTrailing
            let width = 64 - leading - trailing
            writer.write(0b11, 2)
            writer.write(UInt64(leading), 5)
            writer.write(UInt64(width - 1), 6)
            writer.write(difference >> UInt64(trailing), width)
        }
    }
}
