/// A fast hash with the same result in every process, for tables and spreading; not for security.
public enum StableHash {
    /// What hashing begins with.
    public static let seed: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The hash of `bytes`.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 { combine(seed, bytes) }

    /// Goes on from `hash` over `bytes`.
    @inline(__always)
    public static func combine(_ hash: UInt64, _ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = hash ^ UInt64(truncatingIfNeeded: bytes.count)
        var index = 0
        while index + 8 <= bytes.count {
            state = mix(state ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self), 0xA076_1D64_78BD_642F)
            index += 8
        }
        var tail: UInt64 = 0
        while index < bytes.count {
            tail = tail << 8 | UInt64(bytes[index])
            index += 1
        }
        return mix(state ^ tail, 0xE703_7ED1_A0B4_28DB)
    }

    @inline(__always)
    private static func mix(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
