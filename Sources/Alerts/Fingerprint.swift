import TimeSeries

/// The identity of an alert: FNV-1a 64 over its sorted labels, each name and each value followed by byte 0xFF.
///
/// - Source: prometheus/common model.LabelSet.Fingerprint; shown as 16 hex digits.
public struct Fingerprint: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The hash itself.
    public let value: UInt64

    /// A fingerprint that was computed before.
    public init(value: UInt64) { self.value = value }

    /// The fingerprint of a label set. O(bytes).
    public init(_ labels: Labels) {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        labels.forEachUTF8 { name, value in
            Self.feed(name, &hash)
            Self.feed(value, &hash)
        }
        value = hash
    }

    /// Reads 16 hex digits.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 16, let value = UInt64(text, radix: 16), !text.hasPrefix("+") else { return nil }
        self.value = value
    }

    /// 16 hex digits.
    public var description: String {
        String(unsafeUninitializedCapacity: 16) { bytes in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * place)) & 15
                bytes[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
            }
            return 16
        }
    }

    /// Appends the 16 hex digits.
    public func append(to bytes: inout [UInt8]) {
        for place in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - 4 * place)) & 15
            bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
    }

    /// By number, which is also the order of the hex digits.
    public static func < (left: Fingerprint, right: Fingerprint) -> Bool { left.value < right.value }

    private static func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: inout UInt64) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ 0xFF) &* 0x100_0000_01B3
    }
}
