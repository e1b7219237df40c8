/// Bits written one behind the other, highest first, into words.
struct BitWriter: Sendable {
    private(set) var words: [UInt64] = []
    private(set) var pending: UInt64 = 0
    private var used: UInt8 = 0

    /// Appends the lowest `width` bits of `bits` (1…64); higher bits must be 0.
    @inline(__always)
    mutating func write(_ bits: UInt64, _ width: Int) {
        let room = 64 - Int(used)
        if width < room {
            pending |= bits &<< UInt64(truncatingIfNeeded: room &- width)
            used &+= UInt8(truncatingIfNeeded: width)
        } else {
            fill(bits, width &- room)
        }
    }

    /// Ends a word; `rest` bits begin the next one.
    @inline(never)
    private mutating func fill(_ bits: UInt64, _ rest: Int) {
        words.append(pending | bits >> UInt64(rest))
        pending = rest == 0 ? 0 : bits << UInt64(64 - rest)
        used = UInt8(truncatingIfNeeded: rest)
    }

    /// All words, the last one filled up with zeros; in an array of just that size.
    var sealed: [UInt64] {
        [UInt64](unsafeUninitializedCapacity: words.count + (used > 0 ? 1 : 0)) { buffer, count in
            _ = buffer.initialize(from: words)
            count = words.count
            if used > 0 {
                buffer.initializeElement(at: count, to: pending)
                count += 1
            }
        }
    }
}

/// Reads what ``BitWriter`` wrote; reading behind the end gives zeros.
struct BitReader {
    private let words: UnsafeBufferPointer<UInt64>
    private let pending: UInt64
    /// Bits read so far.
    private var position = 0

    /// Reads `words`, then `pending`.
    init(_ words: UnsafeBufferPointer<UInt64>, pending: UInt64) {
        self.words = words
        self.pending = pending
    }

    @inline(__always)
    private func word(_ index: Int) -> UInt64 {
        index < words.count ? words[index] : index == words.count ? pending : 0
    }

    /// The next 64 bits, the first one highest, without moving on.
    @inline(__always)
    var ahead: UInt64 {
        let index = position >> 6
        let shift = UInt64(truncatingIfNeeded: position & 63)
        // In two shifts, for one by 64 would be one by 0.
        return word(index) &<< shift | (word(index + 1) &>> 1) &>> (63 - shift)
    }

    /// Moves on by `width` bits.
    @inline(__always)
    mutating func skip(_ width: Int) { position += width }

    /// The next `width` bits, 1…64.
    @inline(__always)
    mutating func read(_ width: Int) -> UInt64 {
        let value = ahead &>> UInt64(truncatingIfNeeded: 64 - width)
        position += width
        return value
    }
}

/// Signed numbers as unsigned ones, small magnitudes first.
enum ZigZag {
    @inline(__always) static func encode(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    @inline(__always) static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
