import Alerts
import TimeSeries

extension SQLiteValue {
    /// A flag as 0 or 1.
    public static func flag(_ flag: Bool) -> SQLiteValue { .integer(flag ? 1 : 0) }

    /// A label set; equal sets give equal values, so that it can be part of a key.
    public static func labels(_ labels: Labels) -> SQLiteValue {
        var writer = StateBlobWriter(version: 1)
        writer.write(labels)
        return .blob(writer.bytes)
    }

    /// A fingerprint as the 64 bits it is.
    public static func fingerprint(_ fingerprint: Fingerprint) -> SQLiteValue {
        .integer(Int64(bitPattern: fingerprint.value))
    }

    /// Fingerprints, eight bytes each.
    public static func fingerprints(_ all: [Fingerprint]) -> SQLiteValue {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * all.count)
        for fingerprint in all {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: fingerprint.value >> shift))
            }
        }
        return .blob(bytes)
    }
}

extension StateColumns {
    /// A flag; nil when the column is none.
    public mutating func flag() -> Bool? { integer().map { $0 != 0 } }

    /// A label set; nil when the column is none.
    public mutating func labels() -> Labels? {
        guard let bytes = blob() else { return nil }
        do throws(StateBlobError) {
            var reader = try StateBlobReader(bytes)
            guard reader.version == 1 else { return nil }
            return try reader.labels()
        } catch { return nil }
    }

    /// Fingerprints; nil when the column has none.
    public mutating func fingerprints() -> [Fingerprint]? {
        guard let bytes = blob(), bytes.count % 8 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            Fingerprint(value: bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        }
    }
}
