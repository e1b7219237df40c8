/// Durations as Prometheus and Alertmanager write them: `1h30m`, `5m`, `500ms`.
///
/// - Source: prometheus/common model.ParseDuration and model.Duration.String.
public enum PrometheusDuration {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("y", 31_536_000_000), ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000),
        ("ms", 1),
    ]

    /// Reads a duration: whole numbers with units, largest first, each at most once; `0` needs no unit.
    /// - Returns: nil when `text` is none, or when it does not fit 292 years.
    public static func parse(_ text: some StringProtocol) -> Duration? {
        if text == "0" { return .zero }
        var bytes = Array(text.utf8)[...]
        guard !bytes.isEmpty else { return nil }
        var total: Int64 = 0
        var nextUnit = 0
        while !bytes.isEmpty {
            var number: Int64 = 0
            let digits = bytes.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard !digits.isEmpty else { return nil }
            for digit in digits {
                let (scaled, overflow) = number.multipliedReportingOverflow(by: 10)
                let (sum, overflowed) = scaled.addingReportingOverflow(Int64(digit - 0x30))
                if overflow || overflowed { return nil }
                number = sum
            }
            bytes = bytes.dropFirst(digits.count)
            let letters = bytes.prefix { $0 >= 0x61 && $0 <= 0x7A }
            let name = String(decoding: letters, as: UTF8.self)
            guard let unit = units[nextUnit...].firstIndex(where: { $0.name == name }) else { return nil }
            bytes = bytes.dropFirst(letters.count)
            nextUnit = unit + 1
            let (scaled, overflow) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
            let (sum, overflowed) = total.addingReportingOverflow(scaled)
            if overflow || overflowed || sum > Int64.max / 1_000_000 { return nil }
            total = sum
        }
        return .milliseconds(total)
    }

    /// `1d`, `1d1h`, `1h30m`, `0s`: years and weeks only where they divide what is left evenly.
    public static func string(_ duration: Duration) -> String {
        var rest = duration.milliseconds
        if rest == 0 { return "0s" }
        var out = rest < 0 ? "-" : ""
        rest = Int64(clamping: rest.magnitude)
        for (name, size) in units {
            let onlyWhole = name == "y" || name == "w"
            if onlyWhole, rest % size != 0 { continue }
            let count = rest / size
            if count > 0 {
                out += "\(count)\(name)"
                rest -= count * size
            }
        }
        return out
    }
}

/// Durations as Go's time.Duration prints them: `1h0m0s`, `1.5s`, `300ms`.
///
/// - Source: Go's time.Duration.String.
public enum GoDuration {
    /// The duration to the nanosecond, finer parts cut.
    public static func string(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds == 0, attoseconds / 1_000_000_000 == 0 { return "0s" }
        let negative = seconds < 0 || attoseconds < 0
        let whole = seconds.magnitude
        let nanoseconds = (attoseconds / 1_000_000_000).magnitude
        let sign = negative ? "-" : ""
        if whole == 0 {
            if nanoseconds < 1000 { return "\(sign)\(nanoseconds)ns" }
            if nanoseconds < 1_000_000 { return sign + fraction(nanoseconds, digits: 3) + "µs" }
            return sign + fraction(nanoseconds, digits: 6) + "ms"
        }
        var out = sign
        if whole >= 3600 { out += "\(whole / 3600)h" }
        if whole >= 60 { out += "\(whole / 60 % 60)m" }
        return out + fraction((whole % 60) * 1_000_000_000 + nanoseconds, digits: 9) + "s"
    }

    private static func fraction(_ value: UInt64, digits: Int) -> String {
        var scale: UInt64 = 1
        for _ in 0..<digits { scale *= 10 }
        let rest = value % scale
        if rest == 0 { return String(value / scale) }
        var text = String(rest)
        text = String(repeating: "0", count: digits - text.utf8.count) + text
        while text.hasSuffix("0") { text.removeLast() }
        return "\(value / scale).\(text)"
    }
}
