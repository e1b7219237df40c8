/// Instants as RFC 3339 text.
public enum RFC3339 {
    /// `2026-01-02T15:04:05.678Z`, in UTC, trailing zeros of the fraction left out, as Go's RFC3339Nano prints it.
    public static func string(_ time: Timestamp) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        append(time, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends the same text; with `decimals` the fraction has at least so many digits, of three.
    public static func append(_ time: Timestamp, decimals: Int = 0, to bytes: inout [UInt8]) {
        let seconds = time.milliseconds >= 0 ? time.milliseconds / 1000 : -((-time.milliseconds + 999) / 1000)
        let fraction = Int(time.milliseconds - seconds * 1000)
        let date = CivilDate(unixSeconds: seconds)
        append(date.year, 4, to: &bytes)
        append("-", date.month, to: &bytes)
        append("-", date.day, to: &bytes)
        append("T", date.hour, to: &bytes)
        append(":", date.minute, to: &bytes)
        append(":", date.second, to: &bytes)
        var digits = fraction
        var width = 3
        while width > decimals, digits % 10 == 0 {
            digits /= 10
            width -= 1
        }
        if width > 0 {
            bytes.append(UInt8(ascii: "."))
            append(digits, width, to: &bytes)
        }
        bytes.append(UInt8(ascii: "Z"))
    }

    private static func append(_ mark: Unicode.Scalar, _ part: Int, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: mark))
        append(part, 2, to: &bytes)
    }

    private static func append(_ value: Int, _ width: Int, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var divisor: UInt = 1
        for _ in 1..<width { divisor *= 10 }
        while value.magnitude / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(value.magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// Reads a date with time and zone; finer parts than milliseconds are cut.
    /// - Returns: nil when `text` is no valid RFC 3339 instant.
    public static func parse(_ text: some StringProtocol) -> Timestamp? {
        var reader = Reader(bytes: Array(text.utf8))
        guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
            let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
            let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
            let second = reader.number(2), (1...12).contains(month),
            (1...CivilDate.daysInMonth(year: year, month: month)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        var milliseconds: Int64 = 0
        if reader.take(".") || reader.take(",") {
            guard let cut = reader.fraction() else { return nil }
            milliseconds = cut
        }
        var offset = 0
        if !(reader.take("Z") || reader.take("z")) {
            let sign: Int
            if reader.take("+") { sign = 1 } else if reader.take("-") { sign = -1 } else { return nil }
            guard let hours = reader.number(2), reader.take(":"), let minutes = reader.number(2), hours < 24,
                minutes < 60
            else { return nil }
            offset = sign * (hours * 3600 + minutes * 60)
        }
        guard reader.atEnd else { return nil }
        let seconds = CivilDate.unixSeconds(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        return Timestamp(milliseconds: (seconds - Int64(offset)) * 1000 + milliseconds)
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0
        var atEnd: Bool { index == bytes.count }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
            index += 1
            return true
        }

        mutating func number(_ width: Int) -> Int? {
            guard index + width <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[index..<index + width] {
                guard byte >= 0x30, byte <= 0x39 else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            index += width
            return value
        }

        mutating func fraction() -> Int64? {
            var value: Int64 = 0
            var digits = 0
            while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
                if digits < 3 { value = value * 10 + Int64(bytes[index] - 0x30) }
                digits += 1
                index += 1
            }
            guard digits > 0 else { return nil }
            while digits < 3 {
                value *= 10
                digits += 1
            }
            return value
        }
    }
}
