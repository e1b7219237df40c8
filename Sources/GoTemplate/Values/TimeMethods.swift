import Base

/// The methods of Go's time.Time that templates can use.
enum TimeMethods {
    static func method(_ name: String, of time: ZonedTime) -> TemplateFunction? {
        switch name {
        case "Format": TemplateFunction([.string]) { .string(GoTimeLayout.format(time, layout: $0.string(0))) }
        case "String": TemplateFunction { _ in .string(GoTimeLayout.string(time)) }
        case "Unix": number(time.unixSeconds)
        case "UnixMilli": number(time.unixSeconds &* 1000 &+ Int64(time.nanoseconds / 1_000_000))
        case "UnixMicro": number(time.unixSeconds &* 1_000_000 &+ Int64(time.nanoseconds / 1000))
        case "UnixNano": number(time.unixSeconds &* 1_000_000_000 &+ Int64(time.nanoseconds))
        case "Year": number(Int64(time.civil.year))
        case "Day": number(Int64(time.civil.day))
        case "Hour": number(Int64(time.civil.hour))
        case "Minute": number(Int64(time.civil.minute))
        case "Second": number(Int64(time.civil.second))
        case "Nanosecond": number(Int64(time.nanoseconds))
        case "YearDay": number(Int64(time.civil.yearDay))
        case "Month": TemplateFunction { _ in .enumeration(.month(time.civil.month)) }
        case "Weekday": TemplateFunction { _ in .enumeration(.weekday(time.civil.weekday)) }
        case "UTC": TemplateFunction { _ in .time(time.shown(in: .utc)) }
        case "Local": TemplateFunction { .time(time.shown(in: $0.environment.localZone)) }
        case "Location": TemplateFunction { _ in .object(LocationPointer(text: time.zone.name)) }
        case "IsZero": TemplateFunction { _ in .bool(time.isZero) }
        case "IsDST": TemplateFunction { _ in .bool(time.period.isDaylight) }
        case "Add":
            TemplateFunction([.duration]) { .time(time.adding(nanoseconds: $0.arguments[0].wholeNumber ?? 0)) }
        case "AddDate":
            TemplateFunction([.int, .int, .int]) { .time(addDate(time, $0.int(0), $0.int(1), $0.int(2))) }
        case "Sub": compared { .duration(time.nanoseconds(since: $0)) }
        case "Before": compared { .bool(time.isBefore($0)) }
        case "After": compared { .bool($0.isBefore(time)) }
        case "Equal": compared { .bool(!time.isBefore($0) && !$0.isBefore(time)) }
        case "Compare": compared { .int(time.isBefore($0) ? -1 : $0.isBefore(time) ? 1 : 0) }
        case "Truncate":
            TemplateFunction([.duration]) { .time(rounded(time, $0.arguments[0].wholeNumber ?? 0, up: false)) }
        case "Round": TemplateFunction([.duration]) { .time(rounded(time, $0.arguments[0].wholeNumber ?? 0, up: true)) }
        default: nil
        }
    }

    private static func number(_ value: Int64) -> TemplateFunction { TemplateFunction { _ in .int(value) } }

    private static func compared(_ result: @escaping @Sendable (ZonedTime) -> TemplateValue) -> TemplateFunction {
        TemplateFunction([.time]) { call in
            guard case .time(let other) = call.arguments[0] else { return .undefined }
            return result(other)
        }
    }

    private static func addDate(_ time: ZonedTime, _ years: Int64, _ months: Int64, _ days: Int64) -> ZonedTime {
        let civil = time.civil
        let bounded = { (value: Int64) in Int(max(-1_000_000, min(1_000_000, value))) }
        let month = civil.month - 1 + bounded(months)
        let year = civil.year + bounded(years) + (month >= 0 ? month / 12 : -((11 - month) / 12))
        let first = CivilDate.dayNumber(year: year, month: (month % 12 + 12) % 12 + 1, day: 1)
        let day = first + Int64(civil.day - 1 + bounded(days))
        let seconds = day * 86_400 + Int64(civil.hour * 3600 + civil.minute * 60 + civil.second)
        return ZonedTime(
            unixSeconds: time.zone.unixSeconds(civil: seconds), nanoseconds: time.nanoseconds, zone: time.zone)
    }

    /// Multiples are counted from Go's zero time.
    private static func rounded(_ time: ZonedTime, _ unit: Int64, up: Bool) -> ZonedTime {
        guard unit > 0 else { return time }
        let size = UInt64(unit)
        let seconds = UInt64(bitPattern: time.unixSeconds &- ZonedTime.zero.unixSeconds)
        // (seconds · 10⁹ + nanoseconds) mod unit, without overflow.
        let product = seconds.multipliedFullWidth(by: 1_000_000_000)
        var rest = size.dividingFullWidth((product.high % size, product.low)).remainder
        rest = (rest + UInt64(time.nanoseconds) % size) % size
        let signed = Int64(rest)
        if up, rest >= size - rest { return time.adding(nanoseconds: unit - signed) }
        return time.adding(nanoseconds: -signed)
    }
}

/// The methods of Go's time.Duration.
enum DurationMethods {
    static func method(_ name: String, of value: Int64) -> TemplateFunction? {
        switch name {
        case "String": TemplateFunction { _ in .string(GoDuration.string(.nanoseconds(value))) }
        case "Hours": number(value, 3_600_000_000_000)
        case "Minutes": number(value, 60_000_000_000)
        case "Seconds": number(value, 1_000_000_000)
        case "Milliseconds": TemplateFunction { _ in .int(value / 1_000_000) }
        case "Microseconds": TemplateFunction { _ in .int(value / 1000) }
        case "Nanoseconds": TemplateFunction { _ in .int(value) }
        case "Abs": TemplateFunction { _ in .duration(Int64(clamping: value.magnitude)) }
        case "Truncate":
            TemplateFunction([.duration]) { call in
                let unit = call.arguments[0].wholeNumber ?? 0
                return .duration(unit > 0 ? value - value % unit : value)
            }
        case "Round":
            TemplateFunction([.duration]) { call in
                let unit = call.arguments[0].wholeNumber ?? 0
                guard unit > 0 else { return .duration(value) }
                let rest = (value % unit).magnitude
                let down = value - value % unit
                guard rest >= unit.magnitude - rest else { return .duration(down) }
                let (sum, overflow) = down.addingReportingOverflow(value < 0 ? -unit : unit)
                return .duration(overflow ? (value < 0 ? .min : .max) : sum)
            }
        default: nil
        }
    }

    /// Whole units and the rest apart, as Go does to keep digits.
    private static func number(_ value: Int64, _ unit: Int64) -> TemplateFunction {
        TemplateFunction { _ in .float(Double(value / unit) + Double(value % unit) / Double(unit)) }
    }
}

/// A pointer to a time, which Prometheus' toTime gives: it behaves like the time itself under another type.
struct TimePointer: TemplateObject {
    let time: ZonedTime

    var type: TemplateType { TemplateType("*time.Time", .pointer) }
    var fields: [TemplateField] { [] }
    var text: String? { GoTimeLayout.string(time) }
    func method(_ name: String) -> TemplateFunction? { TimeMethods.method(name, of: time) }
}

/// Go's `*time.Location`, of which templates see only the name.
private struct LocationPointer: TemplateObject {
    let text: String?
    var type: TemplateType { TemplateType("*time.Location", .pointer) }
    var fields: [TemplateField] { [] }

    func method(_ name: String) -> TemplateFunction? {
        guard name == "String" else { return nil }
        return TemplateFunction { _ in .string(text ?? "") }
    }
}
