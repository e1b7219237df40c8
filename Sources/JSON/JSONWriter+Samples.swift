import Base
internal import CSimdJSON

/// Numbers as Prometheus writes sample values: shortest digits, an exponent below 1e-6 and from 1e21 on.
///
/// - Source: prometheus util/jsonutil, MarshalFloat.
public enum SampleText {
    /// The text of `value`.
    public static func string(_ value: Double) -> String {
        var out: [UInt8] = []
        append(value, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Appends the text of `value`.
    public static func append(_ value: Double, to out: inout [UInt8]) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: longest) { room in
            let count = write(value, to: room)
            out.append(contentsOf: room[..<count])
        }
    }

    /// The room that the longest text needs.
    public static let longest = 400

    /// Writes the text of `value` to `out`, which has room for ``longest`` bytes, and gives its length.
    @inline(__always)
    public static func write(_ value: Double, to out: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let magnitude = value.magnitude
        if magnitude < 9e15 {
            let whole = Int64(value)
            if Double(whole) == value, whole != 0 || value.sign == .plus { return writeInteger(whole, to: out) }
            if magnitude >= 1e-6, let base = out.baseAddress {
                return base.withMemoryRebound(to: CChar.self, capacity: longest) { ruleval_fixed_digits(value, $0) }
            }
        }
        let exponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
        var text = GoFloat.string(value, exponent ? .exponent : .fixed)
        return text.withUTF8 { utf8 in
            _ = out.update(fromContentsOf: utf8)
            return utf8.count
        }
    }

    /// Writes a number of at most 16 digits with its sign, and gives how many bytes that were.
    @inline(__always)
    static func writeInteger(_ value: Int64, to out: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var rest = value.magnitude
        var length = 0
        if value < 0 {
            out[0] = UInt8(ascii: "-")
            length = 1
        }
        var digits = 1
        var bound: UInt64 = 10
        while digits < 16, rest >= bound {
            digits += 1
            bound *= 10
        }
        var place = length + digits
        repeat {
            place -= 1
            out[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while place > length
        return length + digits
    }

    static func appendInteger(_ value: Int64, to out: inout [UInt8]) {
        var rest = value.magnitude
        if value < 0 { out.append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var start = 20
            repeat {
                start -= 1
                digits[start] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            out.append(contentsOf: digits[start..<20])
        }
    }
}

extension JSONWriter {
    /// A sample value: a string such as `"1.5"`, `"NaN"`, `"+Inf"`, `"1e-07"`.
    ///
    /// - Source: prometheus util/jsonutil, MarshalFloat.
    public mutating func sampleValue(_ value: Double) {
        raw(CollectionOfOne(UInt8(ascii: "\"")))
        SampleText.append(value, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// An instant as a number of seconds with no or three decimals: `1435781430.781`.
    ///
    /// - Source: prometheus util/jsonutil, MarshalTimestamp.
    public mutating func timestamp(_ time: Timestamp) {
        let milliseconds = time.milliseconds.magnitude
        raw(EmptyCollection())
        if time.milliseconds < 0 { bytes.append(UInt8(ascii: "-")) }
        SampleText.appendInteger(Int64(milliseconds / 1000), to: &bytes)
        let fraction = milliseconds % 1000
        guard fraction != 0 else { return }
        bytes.append(UInt8(ascii: "."))
        if fraction < 100 { bytes.append(0x30) }
        if fraction < 10 { bytes.append(0x30) }
        SampleText.appendInteger(Int64(fraction), to: &bytes)
    }

    /// `[1435781430.781,"1.5"]`
    public mutating func sample(_ time: Timestamp, _ value: Double) {
        beginArray()
        timestamp(time)
        sampleValue(value)
        endArray()
    }
}
