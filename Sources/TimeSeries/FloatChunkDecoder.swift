/// Reads a ``FloatChunk`` sample by sample.
struct FloatChunkDecoder {
    var reader: BitReader
    var time: Int64
    private(set) var value = 0.0
    private var bits: UInt64 = 0
    private var timeDelta: Int64 = 0
    private var isInteger = false
    private var scale = 0
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
            let code = reader.read(BitWidths.scale)
            bits = reader.read(64)
            value = Double(bitPattern: bits)
            if code != DecimalScale.none, let whole = DecimalScale.whole(value, Int(code)) {
                (isInteger, scale, integer) = (true, Int(code), whole)
            }
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
        let ones = min((~ahead).leadingZeroBitCount, BitWidths.change)
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
            if ones == BitWidths.stale { value = StaleMarker.value } else { change() }
            return
        }
        integer &+= integerDelta
        value = scale == 0 ? Double(integer) : Double(integer) / DecimalScale.factor(scale)
    }

    /// Reads how a run goes on whose next value does not fit it, and the value.
    private mutating func change() {
        let code = reader.read(BitWidths.scale)
        if code == DecimalScale.none {
            isInteger = false
            bits = reader.read(64)
            value = Double(bitPattern: bits)
            return
        }
        let factor = Int64(DecimalScale.factor(Int(code) - scale))
        integer = integer &* factor
        integerDelta = integerDelta &* factor
        scale = Int(code)
        readInteger(reader.ahead)
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
