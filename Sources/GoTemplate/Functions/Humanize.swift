import Base

/// Numbers for people, as Prometheus and Alertmanager write them.
///
/// - Source: the documentation of Prometheus' template functions.
enum Humanize {
    static let large = ["k", "M", "G", "T", "P", "E", "Z", "Y"]
    static let largeBinary = ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"]
    static let small = ["m", "u", "n", "p", "f", "a", "z", "y"]

    /// The number a function was given: floats, whole numbers, durations in seconds, and texts that are numbers.
    static func number(_ value: TemplateValue) throws(FunctionFailure) -> Double {
        switch value {
        case .float(let number): return number
        case .int(let number): return Double(number)
        case .duration(let nanoseconds):
            return Double(nanoseconds / 1_000_000_000) + Double(nanoseconds % 1_000_000_000) / 1e9
        case .string(let text):
            guard let number = parse(text) else {
                throw .error("strconv.ParseFloat: parsing \(GoQuote.quoted(text)): invalid syntax")
            }
            if number.isInfinite, text.utf8.contains(where: { (0x30...0x39).contains($0) }) {
                throw .error("strconv.ParseFloat: parsing \(GoQuote.quoted(text)): value out of range")
            }
            return number
        default: throw .error("can't convert \(value.isNil ? "<nil>" : value.typeName) to float")
        }
    }

    private static func parse(_ text: String) -> Double? {
        let body = text.first == "+" || text.first == "-" ? text.dropFirst() : text[...]
        guard let first = body.utf8.first else { return nil }
        let sign = text.first == "-" ? -1.0 : 1.0
        switch body.lowercased() {
        case "inf", "infinity": return sign * .infinity
        case "nan": return body.count == text.count ? .nan : nil
        default: break
        }
        guard (0x30...0x39).contains(first) || first == 0x2E else { return nil }
        do {
            let shown =
                body.contains(".") || body.contains(where: { "eEpPxX".contains($0) }) ? String(body) : body + "."
            return (try NumberLiteral(shown)).float.map { sign * $0 }
        } catch { return Double(text) }
    }

    static func significant(_ value: Double) -> String { GoFloat.string(value, .general, precision: 4) }

    static func si(_ value: Double) -> String {
        if value == 0 || !value.isFinite { return significant(value) }
        if value.magnitude >= 1 { return scaledDown(value, large, 1000) }
        return scaledUp(value)
    }

    static func binary(_ value: Double) -> String {
        value.magnitude <= 1 || !value.isFinite ? significant(value) : scaledDown(value, largeBinary, 1024)
    }

    private static func scaledDown(_ value: Double, _ prefixes: [String], _ step: Double) -> String {
        var value = value
        var prefix = ""
        for next in prefixes where value.magnitude >= step {
            prefix = next
            value /= step
        }
        return significant(value) + prefix
    }

    private static func scaledUp(_ value: Double) -> String {
        var value = value
        var prefix = ""
        for next in small where value.magnitude < 1 {
            prefix = next
            value *= 1000
        }
        return significant(value) + prefix
    }

    static func duration(_ value: Double) -> String {
        if !value.isFinite { return significant(value) }
        if value == 0 { return "0s" }
        if value.magnitude < 1 { return scaledUp(value) + "s" }
        let sign = value < 0 ? "-" : ""
        let size = value.magnitude
        let whole = size < 0x1p63 ? Int64(size) : .min
        let (days, hours, minutes, seconds) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60)
        if days != 0 { return "\(sign)\(days)d \(hours)h \(minutes)m \(seconds)s" }
        if hours != 0 { return "\(sign)\(hours)h \(minutes)m \(seconds)s" }
        if minutes != 0 { return "\(sign)\(minutes)m \(seconds)s" }
        return sign + significant(size) + "s"
    }

    static func percentage(_ value: Double) -> String { significant(value * 100) + "%" }

    /// The instant of so many seconds after the epoch, to the millisecond; nil for NaN and infinities.
    static func time(_ seconds: Double) throws(FunctionFailure) -> ZonedTime? {
        guard seconds.isFinite else { return nil }
        let nanoseconds = seconds * 1e9
        guard nanoseconds < 0x1p63, nanoseconds >= -0x1p63 else {
            throw .error(
                "\(GoFormat.general(seconds, -1)) cannot be represented as a nanoseconds timestamp "
                    + "since it overflows int64")
        }
        return ZonedTime(Timestamp(milliseconds: Int64(nanoseconds) / 1_000_000))
    }
}
