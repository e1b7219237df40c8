/// Bits written one behind the other, highest first, into words.
struct BitWriter: Sendable {
    private(set) var words: [UInt64] = []
    private(set) var pending: UInt64 = 0
    private var used = 0

    /// Appends the lowest `width` bits of `bits` (1…64); higher bits must be 0.
    @inline(__always)
    mutating func write(_ bits: UInt64, _ width: Int) {
        let room = 64 - used
        if width < room {
            pending |= bits << UInt64(room - width)
            used += width
        } else {
            let rest = width - room
            words.append(pending | bits >> UInt64(rest))
            pending = rest == 0 ? 0 : bits << UInt64(64 - rest)
            used = rest
        }
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
    private var word: UInt64
    private var next: Int
    private var left = 64

    /// Reads `words`, then `pending`.
    init(_ words: UnsafeBufferPointer<UInt64>, pending: UInt64) {
        self.words = words
        self.pending = pending
        word = words.isEmpty ? pending : words[0]
        next = 1
    }

    @inline(__always)
    private mutating func refill() {
        word = next < words.count ? words[next] : (next == words.count ? pending : 0)
        next += 1
        left = 64
    }

    /// The next `width` bits, 1…64.
    @inline(__always)
    mutating func read(_ width: Int) -> UInt64 {
        if left == 0 { refill() }
        if width <= left {
            let value = word >> UInt64(64 - width)
            word = width == 64 ? 0 : word << UInt64(width)
            left -= width
            return value
        }
        let high = word >> UInt64(64 - left)
        let rest = width - left
        refill()
        let value = high << UInt64(rest) | word >> UInt64(64 - rest)
        word = rest == 64 ? 0 : word << UInt64(rest)
        left -= rest
        return value
    }

    /// Counts ones up to the next zero, at most `most`; the zero is read too, none stands behind `most` ones.
    @inline(__always)
    mutating func readOnes(_ most: Int) -> Int {
        if left == 0 { refill() }
        // Most codes lie within the word at hand.
        if left > most {
            let ones = min((~word).leadingZeroBitCount, most)
            let bits = ones == most ? ones : ones + 1
            word <<= UInt64(bits)
            left -= bits
            return ones
        }
        var ones = 0
        while ones < most, read(1) == 1 { ones += 1 }
        return ones
    }
}

/// Signed numbers as unsigned ones, small magnitudes first.
enum ZigZag {
    @inline(__always) static func encode(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }
    @inline(__always) static func decode(_ value: UInt64) -> Int64 {
        Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }
}
