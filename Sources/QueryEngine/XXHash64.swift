import TimeSeries

/// The 64-bit xxHash with seed 0, by which Prometheus spreads label sets.
///
/// - Source: the xxHash specification, version 0.1.1.
enum XXHash64 {
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var index = 0
        var result: UInt64
        if bytes.count >= 32 {
            var lanes = (prime1 &+ prime2, prime2, UInt64(0), 0 &- prime1)
            while index + 32 <= bytes.count {
                lanes.0 = round(lanes.0, word(bytes, index))
                lanes.1 = round(lanes.1, word(bytes, index + 8))
                lanes.2 = round(lanes.2, word(bytes, index + 16))
                lanes.3 = round(lanes.3, word(bytes, index + 24))
                index += 32
            }
            result = rotate(lanes.0, 1) &+ rotate(lanes.1, 7) &+ rotate(lanes.2, 12) &+ rotate(lanes.3, 18)
            for lane in [lanes.0, lanes.1, lanes.2, lanes.3] {
                result = (result ^ round(0, lane)) &* prime1 &+ prime4
            }
        } else {
            result = prime5
        }
        result &+= UInt64(bytes.count)
        while index + 8 <= bytes.count {
            result = rotate(result ^ round(0, word(bytes, index)), 27) &* prime1 &+ prime4
            index += 8
        }
        if index + 4 <= bytes.count {
            let half = UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self)))
            result = rotate(result ^ (half &* prime1), 23) &* prime2 &+ prime3
            index += 4
        }
        while index < bytes.count {
            result = rotate(result ^ (UInt64(bytes[index]) &* prime5), 11) &* prime1
            index += 1
        }
        result = (result ^ (result >> 33)) &* prime2
        result = (result ^ (result >> 29)) &* prime3
        return result ^ (result >> 32)
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* prime2, 31) &* prime1
    }

    private static func rotate(_ value: UInt64, _ bits: UInt64) -> UInt64 { value << bits | value >> (64 - bits) }
}

extension Labels {
    /// The hash that Prometheus gives this label set: xxHash over names and values, each behind its length.
    ///
    /// A length below 255 is one byte, a greater one 255 and three bytes, lowest first.
    var xxHash: UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        func append(_ text: UnsafeBufferPointer<UInt8>) {
            let length = text.count
            if length < 255 {
                bytes.append(UInt8(length))
            } else {
                bytes += [255] + [0, 8, 16].map { UInt8(truncatingIfNeeded: length >> $0) }
            }
            bytes.append(contentsOf: text)
        }
        forEachUTF8 { name, value in
            append(name)
            append(value)
        }
        return bytes.withUnsafeBytes { XXHash64.hash($0) }
    }
}
