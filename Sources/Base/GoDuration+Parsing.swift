extension GoDuration {
    /// Reads what Go's `time.ParseDuration` reads: `1h30m`, `-1.5s`, `250ms`, `0`; nil for anything else.
    ///
    /// Fractions of a nanosecond are cut off; nil beyond 292 years as well.
    public static func parse(_ text: some StringProtocol) -> Duration? {
        var rest = Substring(text)[...]
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        if rest == "0" { return .zero }
        if rest.isEmpty { return nil }
        var total: Int64 = 0
        while !rest.isEmpty {
            let whole = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest[whole.endIndex...]
            var fraction: Substring = ""
            if rest.first == "." {
                rest.removeFirst()
                fraction = rest.prefix { $0.isASCII && $0.isNumber }
                rest = rest[fraction.endIndex...]
            }
            if whole.isEmpty, fraction.isEmpty { return nil }
            let unit = rest.prefix { $0 != "." && !($0.isASCII && $0.isNumber) }
            rest = rest[unit.endIndex...]
            guard let scale = units[String(unit)], let count = whole.isEmpty ? 0 : Int64(whole) else { return nil }
            let (part, tooLarge) = count.multipliedReportingOverflow(by: scale)
            let share = fraction.isEmpty ? 0 : (Double("0." + fraction) ?? 0) * Double(scale)
            let (sum, overflow) = total.addingReportingOverflow(part)
            let (withShare, overflowToo) = sum.addingReportingOverflow(Int64(share))
            if tooLarge || overflow || overflowToo { return nil }
            total = withShare
        }
        return .nanoseconds(isNegative ? -total : total)
    }

    private static let units: [String: Int64] = [
        "ns": 1, "us": 1000, "\u{B5}s": 1000, "\u{3BC}s": 1000, "ms": 1_000_000, "s": 1_000_000_000,
        "m": 60_000_000_000, "h": 3_600_000_000_000,
    ]
}
