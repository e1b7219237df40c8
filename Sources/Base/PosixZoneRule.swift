/// The rule behind the last change that a zone's file lists: `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// - Source: POSIX, environment variable TZ; RFC 8536 section 3.3.
struct PosixZoneRule: Hashable, Sendable {
    private enum Day: Hashable {
        case weekday(month: Int, week: Int, day: Int)
        case julian(Int)
        case zeroBased(Int)
    }
    private struct Change: Hashable {
        var day: Day
        var seconds: Int64
    }
    private var standard: Int64 = 0
    private var summer: Int64?
    private var begin = Change(day: .julian(1), seconds: 7200)
    private var end = Change(day: .julian(1), seconds: 7200)

    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        guard Self.name(&rest), let offset = Self.time(&rest) else { return nil }
        standard = -offset
        if rest.isEmpty { return }
        guard Self.name(&rest) else { return nil }
        var ahead = standard + 3600
        if let first = rest.first, first != UInt8(ascii: ",") {
            guard let offset = Self.time(&rest) else { return nil }
            ahead = -offset
        }
        summer = ahead
        guard let begin = Self.change(&rest), let end = Self.change(&rest), rest.isEmpty else { return nil }
        (self.begin, self.end) = (begin, end)
    }

    func offset(atUnixSeconds seconds: Int64) -> Int64 {
        guard let summer else { return standard }
        let year = CivilDate(unixSeconds: seconds, offset: standard).year
        let start = Self.instant(begin, year: year) - standard
        let stop = Self.instant(end, year: year) - summer
        let isSummer = start < stop ? seconds >= start && seconds < stop : seconds >= start || seconds < stop
        return isSummer ? summer : standard
    }

    /// Local seconds of a change in `year`.
    private static func instant(_ change: Change, year: Int) -> Int64 {
        let day: Int64
        switch change.day {
        case .julian(let number):
            let leap = CivilDate.daysInMonth(year: year, month: 2) == 29 && number >= 60
            day = CivilDate.dayNumber(year: year, month: 1, day: 1) + Int64(number - 1 + (leap ? 1 : 0))
        case .zeroBased(let number): day = CivilDate.dayNumber(year: year, month: 1, day: 1) + Int64(number)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.dayNumber(year: year, month: month, day: 1)
            let firstWeekday = Int(((first + 4) % 7 + 7) % 7)
            var date = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while date > CivilDate.daysInMonth(year: year, month: month) { date -= 7 }
            day = first + Int64(date - 1)
        }
        return day * 86_400 + change.seconds
    }

    private static func name(_ rest: inout ArraySlice<UInt8>) -> Bool {
        if rest.first == UInt8(ascii: "<") {
            guard let close = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
            rest = rest[(close + 1)...]
            return true
        }
        let letters = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        rest = rest.dropFirst(digits.count)
        return Int(String(decoding: digits, as: UTF8.self))
    }

    private static func take(_ character: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    private static func time(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let isNegative = take("-", &rest)
        if !isNegative { _ = take("+", &rest) }
        guard let hours = number(&rest), hours <= 167 else { return nil }
        var seconds = hours * 3600
        if take(":", &rest) {
            guard let minutes = number(&rest), minutes < 60 else { return nil }
            seconds += minutes * 60
            if take(":", &rest) {
                guard let rest = number(&rest), rest < 60 else { return nil }
                seconds += rest
            }
        }
        return Int64(isNegative ? -seconds : seconds)
    }

    private static func change(_ rest: inout ArraySlice<UInt8>) -> Change? {
        guard take(",", &rest) else { return nil }
        let day: Day
        if take("M", &rest) {
            guard let month = number(&rest), take(".", &rest), let week = number(&rest), take(".", &rest),
                let weekday = number(&rest), 1...12 ~= month, 1...5 ~= week, 0...6 ~= weekday
            else { return nil }
            day = .weekday(month: month, week: week, day: weekday)
        } else if take("J", &rest) {
            guard let number = number(&rest), 1...365 ~= number else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(&rest), 0...365 ~= number else { return nil }
            day = .zeroBased(number)
        }
        guard take("/", &rest) else { return Change(day: day, seconds: 7200) }
        return time(&rest).map { Change(day: day, seconds: $0) }
    }
}
