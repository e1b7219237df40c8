/// A rule such as `CET-1CEST,M3.5.0,M10.5.0/3`: how clocks change every year.
///
/// - Source: POSIX TZ with the extensions of RFC 8536, section 3.3.1.
struct PosixTimeZone: Hashable, Sendable {
    private enum Day: Hashable {
        case julian(Int)
        case zeroBased(Int)
        case weekday(month: Int, week: Int, day: Int)
    }

    private struct Change: Hashable {
        var day: Day
        var seconds = 7200
    }

    private let standard: TimeZoneRules.Period
    private let daylight: TimeZoneRules.Period?
    private let start: Change
    private let end: Change

    /// Reads a rule; nil when it is empty or malformed.
    init?(_ text: String) {
        var reader = Reader(bytes: Array(text.utf8))
        guard let name = reader.name(), let offset = reader.offset() else { return nil }
        standard = .init(offset: -offset, abbreviation: name)
        guard !reader.atEnd else {
            daylight = nil
            start = Change(day: .zeroBased(0))
            end = start
            return
        }
        guard let summer = reader.name() else { return nil }
        var summerOffset = -offset + 3600
        if !reader.atEnd, !reader.next(is: ",") {
            guard let own = reader.offset() else { return nil }
            summerOffset = -own
        }
        daylight = .init(offset: summerOffset, abbreviation: summer, isDaylight: true)
        guard reader.take(","), let first = reader.change(), reader.take(","), let second = reader.change(),
            reader.atEnd
        else { return nil }
        start = first
        end = second
    }

    /// What clocks show at a second since the epoch.
    func period(at unixSeconds: Int64) -> TimeZoneRules.Period {
        guard let daylight else { return standard }
        let year = CivilDate(unixSeconds: unixSeconds, offset: Int64(standard.offset)).year
        let begins = Self.instant(start, year) - Int64(standard.offset)
        let ends = Self.instant(end, year) - Int64(daylight.offset)
        let inside =
            begins < ends
            ? unixSeconds >= begins && unixSeconds < ends : !(unixSeconds >= ends && unixSeconds < begins)
        return inside ? daylight : standard
    }

    private static func instant(_ change: Change, _ year: Int) -> Int64 {
        let newYear = CivilDate.dayNumber(year: year, month: 1, day: 1)
        let day: Int64
        switch change.day {
        case .zeroBased(let number): day = newYear + Int64(number)
        case .julian(let number):
            // 29 February is never counted.
            let leap = CivilDate.daysInMonth(year: year, month: 2) == 29
            day = newYear + Int64(number - 1 + (leap && number >= 60 ? 1 : 0))
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.dayNumber(year: year, month: month, day: 1)
            let firstWeekday = Int(((first + 4) % 7 + 7) % 7)
            var date = 1 + (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            while date > CivilDate.daysInMonth(year: year, month: month) { date -= 7 }
            day = first + Int64(date - 1)
        }
        return day * 86_400 + Int64(change.seconds)
    }

    private struct Reader {
        let bytes: [UInt8]
        var index = 0

        var atEnd: Bool { index >= bytes.count }

        init(bytes: [UInt8]) { self.bytes = bytes }

        func next(is character: Unicode.Scalar) -> Bool {
            index < bytes.count && bytes[index] == UInt8(ascii: character)
        }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard next(is: character) else { return false }
            index += 1
            return true
        }

        mutating func name() -> String? {
            let quoted = take("<")
            let start = index
            while index < bytes.count {
                let byte = bytes[index]
                let letter = (0x41...0x5A).contains(byte & 0xDF)
                let other = (0x30...0x39).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                guard letter || (quoted && other) else { break }
                index += 1
            }
            let name = String(decoding: bytes[start..<index], as: UTF8.self)
            if quoted, !take(">") { return nil }
            return name.utf8.count < 3 ? nil : name
        }

        mutating func number() -> Int? {
            let start = index
            while index < bytes.count, (0x30...0x39).contains(bytes[index]), index - start < 6 { index += 1 }
            return Int(String(decoding: bytes[start..<index], as: UTF8.self))
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func offset() -> Int? {
            let negative = take("-")
            if !negative { _ = take("+") }
            guard let hours = number() else { return nil }
            var seconds = hours * 3600
            if take(":") {
                guard let minutes = number() else { return nil }
                seconds += minutes * 60
                if take(":") {
                    guard let rest = number() else { return nil }
                    seconds += rest
                }
            }
            return negative ? -seconds : seconds
        }

        mutating func change() -> Change? {
            let day: Day
            if take("M") {
                guard let month = number(), take("."), let week = number(), take("."), let weekday = number(),
                    (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
                else { return nil }
                day = .weekday(month: month, week: week, day: weekday)
            } else if take("J") {
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .zeroBased(number)
            }
            var change = Change(day: day)
            if take("/") {
                guard let seconds = offset() else { return nil }
                change.seconds = seconds
            }
            return change
        }
    }
}
