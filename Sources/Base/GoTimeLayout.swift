/// Times written by Go's layouts, which show how the reference time Mon Jan 2 15:04:05 MST 2006 would look.
///
/// - Source: Go's time.Time.Format.
public enum GoTimeLayout {
    static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]

    /// The English name of a month, 1 to 12.
    public static func monthName(_ month: Int) -> String {
        (1...12).contains(month) ? months[month - 1] : "%!Month(\(month))"
    }

    /// The English name of a day of the week; 0 is Sunday.
    public static func weekdayName(_ day: Int) -> String {
        (0...6).contains(day) ? weekdays[day] : "%!Weekday(\(day))"
    }

    /// `2006-01-02 15:04:05.999999999 -0700 MST`: what `String()` gives.
    public static func string(_ time: ZonedTime) -> String {
        format(time, layout: "2006-01-02 15:04:05.999999999 -0700 MST")
    }

    /// `time` as the layout shows it.
    public static func format(_ time: ZonedTime, layout: String) -> String {
        let civil = time.civil
        let period = time.period
        var out = ""
        for piece in GoLayoutPiece.pieces(of: layout) {
            switch piece {
            case .text(let text): out += text
            case .longMonth: out += monthName(civil.month)
            case .month: out += String(monthName(civil.month).prefix(3))
            case .numericMonth: out += String(civil.month)
            case .zeroMonth: out += pad(civil.month, 2)
            case .longWeekday: out += weekdayName(civil.weekday)
            case .weekday: out += String(weekdayName(civil.weekday).prefix(3))
            case .day: out += String(civil.day)
            case .underDay: out += (civil.day < 10 ? " " : "") + String(civil.day)
            case .zeroDay: out += pad(civil.day, 2)
            case .underYearDay: out += pad(civil.yearDay, 3, with: " ")
            case .zeroYearDay: out += pad(civil.yearDay, 3)
            case .hour: out += pad(civil.hour, 2)
            case .hour12: out += String(hour12(civil.hour))
            case .zeroHour12: out += pad(hour12(civil.hour), 2)
            case .minute: out += String(civil.minute)
            case .zeroMinute: out += pad(civil.minute, 2)
            case .second: out += String(civil.second)
            case .zeroSecond: out += pad(civil.second, 2)
            case .longYear: out += pad(civil.year, 4)
            case .year: out += pad(((civil.year % 100) + 100) % 100, 2)
            case .afternoon: out += civil.hour >= 12 ? "PM" : "AM"
            case .lowerAfternoon: out += civil.hour >= 12 ? "pm" : "am"
            case .zoneName: out += zoneName(period)
            case .offset(let shape): out += offset(period.offset, shape)
            case .fraction(let mark, let digits, let keepsZeros):
                out += fraction(time.nanoseconds, mark, digits, keepsZeros)
            }
        }
        return out
    }

    private static func hour12(_ hour: Int) -> Int { hour % 12 == 0 ? 12 : hour % 12 }

    private static func zoneName(_ period: TimeZoneRules.Period) -> String {
        if !period.abbreviation.isEmpty { return period.abbreviation }
        let minutes = period.offset / 60
        let text = (minutes < 0 ? "-" : "+") + pad(abs(minutes) / 60, 2)
        return minutes % 60 == 0 ? text + "00" : text + pad(abs(minutes) % 60, 2)
    }

    private static func offset(_ seconds: Int, _ shape: GoLayoutPiece.Offset) -> String {
        if shape.usesZ, seconds == 0 { return "Z" }
        let size = abs(seconds)
        var out = (seconds / 60 < 0 ? "-" : "+") + pad(size / 3600, 2)
        if shape.parts > 1 { out += (shape.colons ? ":" : "") + pad(size / 60 % 60, 2) }
        if shape.parts > 2 { out += (shape.colons ? ":" : "") + pad(size % 60, 2) }
        return out
    }

    private static func fraction(_ nanoseconds: Int, _ mark: String, _ digits: Int, _ keepsZeros: Bool) -> String {
        var text = String(pad(nanoseconds, 9).prefix(digits))
        if !keepsZeros {
            while text.hasSuffix("0") { text.removeLast() }
            if text.isEmpty { return "" }
        }
        return mark + text
    }

    static func pad(_ value: Int, _ width: Int, with fill: String = "0") -> String {
        let digits = String(value.magnitude)
        return (value < 0 ? "-" : "") + String(repeating: fill, count: max(0, width - digits.utf8.count)) + digits
    }
}
