import Base

/// A recurring time: all parts that are given must hold; a part with several ranges holds when one of them does.
///
/// - Source: Alertmanager's time_intervals; observed on 0.33.1.
public struct TimeInterval: Hashable, Sendable {
    /// Minutes of the day, the end excluded.
    public var times: [Range<Int>]
    /// 0 is Sunday.
    public var weekdays: [ClosedRange<Int>]
    /// First and last day; negative days count from the month's end.
    public var daysOfMonth: [DayRange]
    /// 1 is January.
    public var months: [ClosedRange<Int>]
    /// Years.
    public var years: [ClosedRange<Int>]
    /// The zone all this is meant in.
    public var location: TimeZoneRules

    /// Days of a month, both included.
    public struct DayRange: Hashable, Sendable {
        /// 1 to 31, or -1 to -31 from the end.
        public var first: Int
        /// As ``first``.
        public var last: Int

        /// A range of days.
        public init(first: Int, last: Int) {
            self.first = first
            self.last = last
        }

        /// Whether the day is in the range in a month of `count` days.
        func contains(_ day: Int, daysInMonth count: Int) -> Bool {
            let from = first < 0 ? max(1, count + first + 1) : first
            let to = last < 0 ? max(1, count + last + 1) : min(last, count)
            return from <= count && from <= day && day <= to
        }
    }

    /// An interval that always holds unless parts are given.
    public init(
        times: [Range<Int>] = [], weekdays: [ClosedRange<Int>] = [], daysOfMonth: [DayRange] = [],
        months: [ClosedRange<Int>] = [], years: [ClosedRange<Int>] = [], location: TimeZoneRules = .utc
    ) {
        self.times = times
        self.weekdays = weekdays
        self.daysOfMonth = daysOfMonth
        self.months = months
        self.years = years
        self.location = location
    }

    /// Whether the instant lies in the interval.
    public func contains(_ time: Timestamp) -> Bool {
        let milliseconds = time.milliseconds
        let seconds = milliseconds >= 0 ? milliseconds / 1000 : -((999 - milliseconds) / 1000)
        let date = CivilDate(unixSeconds: seconds, offset: Int64(location.period(at: seconds).offset))
        func holds<Part>(_ parts: [Part], _ test: (Part) -> Bool) -> Bool {
            parts.isEmpty || parts.contains(where: test)
        }
        let count = CivilDate.daysInMonth(year: date.year, month: date.month)
        return holds(times) { $0.contains(date.hour * 60 + date.minute) }
            && holds(weekdays) { $0.contains(date.weekday) }
            && holds(daysOfMonth) { $0.contains(date.day, daysInMonth: count) }
            && holds(months) { $0.contains(date.month) } && holds(years) { $0.contains(date.year) }
    }
}
