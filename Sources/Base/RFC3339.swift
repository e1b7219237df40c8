/// Instants as RFC 3339 text.
public enum RFC3339 {
    /// `2026-01-02T15:04:05.678Z`, in UTC, trailing zeros of the fraction left out, as Go's RFC3339Nano prints it.
    public static func string(_ time: Timestamp) -> String {
        let seconds = time.milliseconds >= 0 ? time.milliseconds / 1000 : -((-time.milliseconds + 999) / 1000)
        let fraction = Int(time.milliseconds - seconds * 1000)
        let date = CivilDate(unixSeconds: seconds)
        var out = "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))"
        out += "T\(pad(date.hour, 2)):\(pad(date.minute, 2)):\(pad(date.second, 2))"
        if fraction > 0 {
            var digits = pad(fraction, 3)
            while digits.hasSuffix("0") { digits.removeLast() }
            out += ".\(digits)"
        }
        return out + "Z"
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

    private static func pad(_ value: Int, _ width: Int) -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
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
