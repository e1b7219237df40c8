import Base

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
        let magnitude = value.magnitude
        if magnitude < 9e15, let whole = Int64(exactly: value), whole != 0 || value.sign == .plus {
            appendInteger(whole, to: &out)
            return
        }
        if magnitude >= 1e-4, magnitude < 9e15 {
            // In this range the description has no exponent, and no `.0` for it is not whole.
            var text = value.description
            text.withUTF8 { out.append(contentsOf: $0) }
            return
        }
        let exponent = magnitude != 0 && (magnitude < 1e-6 || magnitude >= 1e21)
        out.append(contentsOf: GoFloat.string(value, exponent ? .exponent : .fixed).utf8)
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
