/// Looks at eight bytes at once, held in one word.
public enum ByteWord {
    /// Not 0 when one of the bytes is `byte`.
    @inlinable @inline(__always)
    public static func has(_ byte: UInt8, _ word: UInt64) -> UInt64 {
        let difference = word ^ (0x0101_0101_0101_0101 &* UInt64(byte))
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    /// Not 0 when one of the bytes cannot stand for itself in a JSON string: a control character, `"`, `\\`, or no ASCII.
    @inlinable @inline(__always)
    public static func unplain(_ word: UInt64) -> UInt64 {
        let controls = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
        return controls | has(0x22, word) | has(0x5C, word) | (word & 0x8080_8080_8080_8080)
    }
}
