import Base
import YAML

extension TimeInterval {
    private static let dayNames = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    private static let monthNames = [
        "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
        "december",
    ]

    /// Reads `time_intervals` (or `mute_time_intervals`) into `found`, by name.
    public static func decode(
        _ node: YAMLNode, key: String, in decoding: YAMLDecoding, into found: inout [String: [TimeInterval]]
    ) {
        for item in decoding.list(node, as: "'\(key)'") ?? [] {
            // An item that is nothing is an interval without a name, which nobody can use.
            if item.isNull { continue }
            guard let reader = decoding.mapping(item, as: "time interval") else { continue }
            let name = reader.string("name") ?? ""
            let intervals = (reader.list("time_intervals") ?? []).compactMap { decodeOne($0, in: decoding) }
            reader.finish()
            if name.isEmpty {
                decoding.report("missing name in time interval", at: item)
            } else if found.updateValue(intervals, forKey: name) != nil {
                decoding.report("time interval \"\(name)\" is not unique", at: reader.value("name") ?? item)
            }
        }
    }

    private static func decodeOne(_ node: YAMLNode, in decoding: YAMLDecoding) -> TimeInterval? {
        guard let reader = decoding.mapping(node, as: "time interval entry") else { return nil }
        var interval = TimeInterval()
        for item in reader.list("times") ?? [] {
            if item.isNull {
                // As in Alertmanager: a range that never holds.
                interval.times.append(0..<0)
                continue
            }
            guard let times = decoding.mapping(item, as: "time range") else { continue }
            let start = minutes(times, "start_time", in: decoding)
            let end = minutes(times, "end_time", in: decoding)
            times.finish()
            guard let start, let end else { continue }
            if start >= end {
                decoding.report("start time cannot be equal or greater than end time", at: item)
            } else {
                interval.times.append(start..<end)
            }
        }
        interval.weekdays = ranges(reader, "weekdays", in: decoding, names: dayNames, base: 0, what: "day").compactMap {
            item, first, last in
            if first > last { return report("start day cannot be before end day", item, decoding) }
            return first...last
        }
        interval.months = ranges(reader, "months", in: decoding, names: monthNames, base: 1, what: "month").compactMap {
            item, first, last in
            if first > last { return report("end month is before start month", item, decoding) }
            return first...last
        }
        interval.years = ranges(reader, "years", in: decoding, names: [], base: 0, what: "year").compactMap {
            item, first, last in
            if first > last { return report("end year is before start year", item, decoding) }
            return first...last
        }
        interval.daysOfMonth = ranges(reader, "days_of_month", in: decoding, names: [], base: 0, what: "day of month")
            .compactMap { item, first, last in dayRange(item, first, last, decoding) }
        if let location = reader.string("location") {
            if let zone = zone(location) {
                interval.location = zone
            } else if let place = reader.value("location") {
                decoding.report("unknown time zone \(location)", at: place)
            }
        }
        reader.finish()
        return interval
    }

    /// A zone by name; `Local` is the machine's own.
    private static func zone(_ name: String) -> TimeZoneRules? {
        if name == "Local" { return TimeZoneRules(file: "/etc/localtime", name: name) ?? .utc }
        return TimeZoneRules(named: name)
    }

    private static func report<Value>(_ message: String, _ item: YAMLNode, _ decoding: YAMLDecoding) -> Value? {
        decoding.report(message, at: item)
        return nil
    }

    private static func dayRange(_ item: YAMLNode, _ first: Int, _ last: Int, _ decoding: YAMLDecoding) -> DayRange? {
        if item.isNull { return DayRange(first: 0, last: 0) }
        for day in [first, last] where day == 0 || day < -31 || day > 31 {
            return report("\(day) is not a valid day of the month: out of range", item, decoding)
        }
        if first < 0, last > 0 { return report("end day must be negative if start day is negative", item, decoding) }
        let from = first < 0 ? 31 + first + 1 : first
        let to = last < 0 ? 31 + last + 1 : last
        if first > 0, last < 0 {
            // Counted in the shortest month, as Alertmanager does.
            if 28 + last + 1 <= first {
                return report("end day \(last) is always before start day \(first)", item, decoding)
            }
        } else if from > to {
            return report("end day \(last) is always before start day \(first)", item, decoding)
        }
        return DayRange(first: first, last: last)
    }

    /// The items of a list of `a` or `a:b`, as numbers.
    private static func ranges(
        _ reader: YAMLMappingReader, _ key: String, in decoding: YAMLDecoding, names: [String], base: Int, what: String
    ) -> [(YAMLNode, Int, Int)] {
        (reader.list(key) ?? []).compactMap { item in
            // An item that is nothing reads as zero.
            if item.isNull { return (item, 0, 0) }
            guard let text = decoding.string(item, as: "an item of '\(key)'")?.lowercased() else { return nil }
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            let numbers = parts.compactMap { part -> Int? in
                if let index = names.firstIndex(of: part) { return index + base }
                // Days have names only.
                return names.count == 7 ? nil : Int(part)
            }
            guard numbers.count == parts.count, 1...2 ~= numbers.count, let first = numbers.first,
                let last = numbers.last
            else {
                let near = parts.lazy.compactMap { NearMiss.best(for: $0, among: names) }.first
                decoding.report(
                    "'\(text)' is not a valid \(what) or range of them", at: item,
                    hint: near.map { "did you mean '\($0)'?" })
                return nil
            }
            return (item, first, last)
        }
    }

    /// `hh:mm`, up to `24:00`.
    private static func minutes(_ reader: YAMLMappingReader, _ key: String, in decoding: YAMLDecoding) -> Int? {
        guard let node = reader.value(key), let text = decoding.string(node, as: "'\(key)'") else {
            decoding.report("both start and end times must be provided", at: reader.node)
            return nil
        }
        let bytes = Array(text.utf8)
        let digits = bytes.enumerated().allSatisfy { $0.offset == 2 ? $0.element == 0x3A : 0x30...0x39 ~= $0.element }
        if bytes.count == 5, digits {
            let hours = Int(bytes[0] - 0x30) * 10 + Int(bytes[1] - 0x30)
            let minutes = Int(bytes[3] - 0x30) * 10 + Int(bytes[4] - 0x30)
            if minutes < 60, hours < 24 || (hours == 24 && minutes == 0) { return hours * 60 + minutes }
        }
        decoding.report(
            "couldn't parse timestamp \(text), invalid format", at: node, hint: "hh:mm with two digits each")
        return nil
    }
}
