/// A run of float samples, compressed.
///
/// Timestamps are differences of differences. Values of a run of whole numbers too, with a code of its own for the
/// stale marker; from the first other value on they are differing bits (XOR), as in Facebook's Gorilla.
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
    /// Ones that end a run of integers.
    static let toFloats = 7
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
    private var integer: Int64 = 0
    private var integerDelta: Int64 = 0
    private var leading = 65
    private var trailing = 0

    /// A chunk without samples.
    init() {}

    /// A chunk without samples behind `other`, whose last value is still known.
    init(continuing other: FloatChunkEncoder) { lastBits = other.lastBits }

    /// The samples so far; shares the words with the encoder.
    var chunk: FloatChunk {
        FloatChunk(first: first, last: last, count: count, words: writer.words, pending: writer.pending)
    }

    /// The samples so far, in no more memory than they need.
    var sealed: FloatChunk { FloatChunk(first: first, last: last, count: count, words: writer.sealed, pending: 0) }

    /// Bytes held, about.
    var byteCount: Int { writer.words.count * 8 + 8 }

    @inline(__always)
    private static func whole(_ value: Double) -> Int64? {
        guard value.magnitude < 9_007_199_254_740_992 else { return nil }
        let whole = Int64(value)
        return Double(whole) == value && (whole != 0 || value.sign == .plus) ? whole : nil
    }

    /// Appends a sample later than all before.
    mutating func append(_ value: Double, at time: Int64) {
        let bits = value.bitPattern
        if count == 0 {
            first = time
            if let whole = Self.whole(value) {
                isInteger = true
                integer = whole
                writer.write(0, 1)
            } else {
                writer.write(1, 1)
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
        if let whole = Self.whole(value) {
            let delta = whole &- integer
            writeInteger(ZigZag.encode(delta &- integerDelta))
            integer = whole
            integerDelta = delta
        } else if StaleMarker.isStale(value) {
            writer.write(0b1111110, 7)
        } else {
            writer.write(0b1111111, 7)
            writer.write(bits, 64)
            isInteger = false
        }
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

/// Reads a ``FloatChunk`` sample by sample.
struct FloatChunkDecoder {
    var reader: BitReader
    var time: Int64
    private(set) var value = 0.0
    private var bits: UInt64 = 0
    private var timeDelta: Int64 = 0
    private var isInteger = false
    private var integer: Int64 = 0
    private var integerDelta: Int64 = 0
    private var width = 64
    private var trailing = 0

    init(reader: BitReader, time: Int64) {
        self.reader = reader
        self.time = time
    }

    /// Moves to the next sample.
    @inline(__always)
    mutating func advance(isFirst: Bool) {
        if isFirst {
            isInteger = reader.read(1) == 0
            bits = reader.read(64)
            value = Double(bitPattern: bits)
            if isInteger { integer = Int64(value) }
            return
        }
        var ahead = reader.ahead
        let ones = min((~ahead).leadingZeroBitCount, 4)
        if ones == 0 {
            reader.skip(1)
            ahead &<<= 1
        } else if ones < 4 {
            let width = BitWidths.time(ones)
            timeDelta &+= ZigZag.decode(Self.number(ahead, behind: ones + 1, width))
            reader.skip(ones + 1 + width)
            ahead &<<= UInt64(truncatingIfNeeded: ones + 1 + width)
        } else {
            reader.skip(4)
            timeDelta &+= ZigZag.decode(reader.read(64))
            ahead = reader.ahead
        }
        time &+= timeDelta
        // At least 36 bits of what is ahead are left, three more than the longest of the usual codes has.
        if isInteger { readInteger(ahead) } else { readBits(ahead) }
    }

    /// `width` bits behind the first `skipped` ones.
    @inline(__always)
    private static func number(_ ahead: UInt64, behind skipped: Int, _ width: Int) -> UInt64 {
        (ahead &<< UInt64(truncatingIfNeeded: skipped)) &>> UInt64(truncatingIfNeeded: 64 - width)
    }

    @inline(__always)
    private mutating func readInteger(_ ahead: UInt64) {
        let ones = min((~ahead).leadingZeroBitCount, BitWidths.toFloats)
        if ones == 0 {
            reader.skip(1)
        } else if ones < 5 {
            let width = BitWidths.integer(ones)
            integerDelta &+= ZigZag.decode(Self.number(ahead, behind: ones + 1, width))
            reader.skip(ones + 1 + width)
        } else if ones == 5 {
            reader.skip(6)
            integerDelta &+= ZigZag.decode(reader.read(64))
        } else {
            reader.skip(7)
            if ones == BitWidths.stale {
                value = StaleMarker.value
            } else {
                isInteger = false
                bits = reader.read(64)
                value = Double(bitPattern: bits)
            }
            return
        }
        integer &+= integerDelta
        value = Double(integer)
    }

    @inline(__always)
    private mutating func readBits(_ ahead: UInt64) {
        if ahead >> 63 == 0 {
            reader.skip(1)
            return
        }
        if ahead >> 62 == 0b11 {
            let leading = Int(Self.number(ahead, behind: 2, 5))
            width = Int(Self.number(ahead, behind: 7, 6)) + 1
            trailing = 64 - leading - width
            reader.skip(13)
        } else {
            reader.skip(2)
        }
        bits ^= reader.read(width) &<< UInt64(truncatingIfNeeded: trailing)
        value = Double(bitPattern: bits)
    }
}
