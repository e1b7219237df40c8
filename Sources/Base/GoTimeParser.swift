/// Why a text is not the time that a layout shows, in Go's words.
public struct GoTimeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public var description: String
}

/// Reads times as Go's layouts show them.
///
/// - Source: Go's time.ParseInLocation.
public struct GoTimeParser {
    private let layout: String
    private let text: String
    private let zone: TimeZoneRules
    private var rest: Substring.UTF8View

    private var year = 0
    private var month: Int?
    private var day: Int?
    private var yearDay: Int?
    private var (hour, minute, second, nanoseconds) = (0, 0, 0, 0)
    private var isAfternoon: Bool?
    private var offset: Int?
    private var zoneName: String?
    private var isUTC = false

    private init(_ text: String, _ layout: String, _ zone: TimeZoneRules) {
        (self.text, self.layout, self.zone) = (text, layout, zone)
        rest = text[...].utf8
    }

    /// The time that `text` shows by `layout`; without a zone of its own it is one of `zone`.
    /// - Throws: ``GoTimeError``.
    public static func parse(_ text: String, layout: String, zone: TimeZoneRules = .utc) throws(GoTimeError)
        -> ZonedTime
    {
        var parser = GoTimeParser(text, layout, zone)
        return try parser.run()
    }

    private mutating func run() throws(GoTimeError) -> ZonedTime {
        let pieces = GoLayoutPiece.cut(layout)
        for (index, (piece, written)) in pieces.enumerated() {
            let held = String(Substring(rest))
            let isFollowedByFraction =
                if index + 1 < pieces.count, case .fraction = pieces[index + 1].piece { true } else { false }
            do throws(Trouble) {
                try read(piece, isFollowedByFraction: isFollowedByFraction)
            } catch {
                let reason =
                    error.range.map { ": \($0) out of range" }
                    ?? " as \(Self.quoted(layout)): cannot parse \(Self.quoted(held)) as \(Self.quoted(written))"
                throw GoTimeError(description: "parsing time \(Self.quoted(text))\(reason)")
            }
        }
        if !rest.isEmpty { throw failure("extra text: \(Self.quoted(String(Substring(rest))))") }
        return try whole()
    }

    private func failure(_ reason: String) -> GoTimeError {
        GoTimeError(description: "parsing time \(Self.quoted(text)): \(reason)")
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" {
                out += "\\"
                out.unicodeScalars.append(scalar)
            } else if scalar.value < 0x20 || scalar.value >= 0x7F {
                for byte in String(scalar).utf8 { out += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16) }
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    // MARK: Pieces

    /// What is wrong with a piece: the name of what is out of range, nil where it cannot be read at all.
    private struct Trouble: Error { var range: String? }

    private mutating func read(_ piece: GoLayoutPiece, isFollowedByFraction: Bool) throws(Trouble) {
        switch piece {
        case .text(let text): try skip(text)
        case .longMonth: month = try name(of: GoTimeLayout.months, letters: nil) + 1
        case .month: month = try name(of: GoTimeLayout.months, letters: 3) + 1
        case .numericMonth, .zeroMonth:
            month = try number(isWide: piece == .zeroMonth, in: 1...12, "month")
        case .longWeekday: _ = try name(of: GoTimeLayout.weekdays, letters: nil)
        case .weekday: _ = try name(of: GoTimeLayout.weekdays, letters: 3)
        case .day, .underDay, .zeroDay:
            if piece == .underDay, rest.first == UInt8(ascii: " ") { rest.removeFirst() }
            day = try number(isWide: piece == .zeroDay, in: 0...99, "day")
        case .underYearDay, .zeroYearDay:
            for _ in 0..<2 where piece == .underYearDay && rest.first == UInt8(ascii: " ") { rest.removeFirst() }
            yearDay = try digits(1...3, exactly: piece == .zeroYearDay ? 3 : nil)
        case .hour: hour = try number(isWide: false, in: 0...23, "hour")
        case .hour12, .zeroHour12: hour = try number(isWide: piece == .zeroHour12, in: 0...12, "hour")
        case .minute, .zeroMinute: minute = try number(isWide: piece == .zeroMinute, in: 0...59, "minute")
        case .second, .zeroSecond:
            second = try number(isWide: piece == .zeroSecond, in: 0...59, "second")
            // A fraction may stand in the text though the layout has none.
            if !isFollowedByFraction { readFraction(most: 1000) }
        case .longYear: year = try digits(4...4, exactly: 4)
        case .year:
            let short = try digits(2...2, exactly: 2)
            year = short + (short >= 69 ? 1900 : 2000)
        case .afternoon: isAfternoon = try half(["PM", "AM"])
        case .lowerAfternoon: isAfternoon = try half(["pm", "am"])
        case .zoneName: try readZoneName()
        case .offset(let shape): try readOffset(shape)
        case .fraction(_, let count, let keepsZeros):
            if keepsZeros {
                guard let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else {
                    throw Trouble()
                }
                rest.removeFirst()
                let value = try digits(count...count, exactly: count)
                guard count <= 9 else { throw Trouble(range: "fractional second") }
                nanoseconds = (count..<9).reduce(value) { value, _ in value * 10 }
            } else {
                readFraction(most: 9)
            }
        }
    }

    /// Blanks of the layout stand for any number of blanks.
    private mutating func skip(_ text: String) throws(Trouble) {
        var wanted = text.utf8[...]
        while let byte = wanted.first {
            if byte == UInt8(ascii: " ") {
                if let next = rest.first, next != byte { throw Trouble() }
                wanted = wanted.drop { $0 == byte }
                rest = rest.drop { $0 == byte }
                continue
            }
            guard rest.first == byte else { throw Trouble() }
            wanted.removeFirst()
            rest.removeFirst()
        }
    }

    private mutating func name(of names: [String], letters: Int?) throws(Trouble) -> Int {
        for (index, name) in names.enumerated() {
            let wanted = name.utf8.prefix(letters ?? name.utf8.count)
            guard rest.count >= wanted.count, zip(rest, wanted).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) else { continue }
            rest.removeFirst(wanted.count)
            return index
        }
        throw Trouble()
    }

    /// Two digits, or one where the layout does not ask for two.
    private mutating func number(isWide: Bool, in range: ClosedRange<Int>, _ what: String) throws(Trouble) -> Int {
        let value = try digits(isWide ? 2...2 : 1...2, exactly: isWide ? 2 : nil)
        guard range.contains(value) else { throw Trouble(range: what) }
        return value
    }

    private mutating func digits(_ count: ClosedRange<Int>, exactly: Int?) throws(Trouble) -> Int {
        let found = rest.prefix(exactly ?? count.upperBound).prefix { (0x30...0x39).contains($0) }
        guard found.count >= exactly ?? count.lowerBound else { throw Trouble() }
        guard let value = Int(Substring(found)) else { throw Trouble() }
        rest.removeFirst(found.count)
        return value
    }

    private mutating func half(_ names: [String]) throws(Trouble) -> Bool {
        for (index, name) in names.enumerated() where rest.starts(with: name.utf8) {
            rest.removeFirst(2)
            return index == 0
        }
        throw Trouble()
    }

    private mutating func readFraction(most: Int) {
        guard let mark = rest.first, mark == UInt8(ascii: ".") || mark == UInt8(ascii: ",") else { return }
        let found = rest.dropFirst().prefix { (0x30...0x39).contains($0) }.prefix(most)
        guard !found.isEmpty else { return }
        let value = found.prefix(9).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        nanoseconds = (min(found.count, 9)..<9).reduce(value) { value, _ in value * 10 }
        rest.removeFirst(found.count + 1)
    }

    // MARK: Zones

    private mutating func readOffset(_ shape: GoLayoutPiece.Offset) throws(Trouble) {
        if shape.usesZ, rest.first == UInt8(ascii: "Z") {
            rest.removeFirst()
            isUTC = true
            return
        }
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { throw Trouble() }
        rest.removeFirst()
        var parts = [0, 0, 0]
        for part in 0..<shape.parts {
            if part > 0, shape.colons {
                guard rest.first == UInt8(ascii: ":") else { throw Trouble() }
                rest.removeFirst()
            }
            parts[part] = try digits(2...2, exactly: 2)
        }
        guard parts[0] <= 24 else { throw Trouble(range: "time zone offset hour") }
        guard parts[1] <= 60 else { throw Trouble(range: "time zone offset minute") }
        guard parts[2] <= 60 else { throw Trouble(range: "time zone offset second") }
        let seconds = parts[0] * 3600 + parts[1] * 60 + parts[2]
        offset = sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    /// `UTC`, three or four capitals, `GMT` with hours.
    private mutating func readZoneName() throws(Trouble) {
        if rest.starts(with: "UTC".utf8) {
            rest.removeFirst(3)
            isUTC = true
            return
        }
        for special in ["ChST", "MeST"] where rest.starts(with: special.utf8) {
            rest.removeFirst(4)
            zoneName = special
            return
        }
        if rest.starts(with: "GMT".utf8) {
            rest.removeFirst(3)
            var name = "GMT"
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                let hours = rest.dropFirst().prefix(2).prefix { (0x30...0x39).contains($0) }
                if let value = Int(Substring(hours)), value <= 23 {
                    name += Substring(rest.prefix(hours.count + 1))
                    offset = (sign == UInt8(ascii: "-") ? -value : value) * 3600
                    rest.removeFirst(hours.count + 1)
                }
            }
            zoneName = name
            return
        }
        let capitals = rest.prefix(6).prefix { (0x41...0x5A).contains($0) }
        let isName =
            switch capitals.count {
            case 3: true
            case 4: capitals.last == UInt8(ascii: "T") || capitals.elementsEqual("WITA".utf8)
            case 5: capitals.last == UInt8(ascii: "T")
            default: false
            }
        guard isName else { throw Trouble() }
        zoneName = String(Substring(capitals))
        rest.removeFirst(capitals.count)
    }

    // MARK: The whole

    private mutating func whole() throws(GoTimeError) -> ZonedTime {
        if let isAfternoon {
            if isAfternoon, hour < 12 { hour += 12 }
            if !isAfternoon, hour == 12 { hour = 0 }
        }
        if let yearDay {
            let days = CivilDate.daysInMonth(year: year, month: 2) + 337
            guard (1...days).contains(yearDay) else { throw failure("day-of-year out of range") }
            let there = CivilDate(
                unixSeconds: CivilDate.unixSeconds(year: year, month: 1, day: 1) + Int64(yearDay - 1) * 86_400)
            if let month, month != there.month { throw failure("day-of-year does not match month") }
            if let day, day != there.day { throw failure("day-of-year does not match day") }
            (month, day) = (there.month, there.day)
        }
        let (month, day) = (self.month ?? 1, self.day ?? 1)
        guard day >= 1, day <= CivilDate.daysInMonth(year: year, month: month) else {
            throw failure("day out of range")
        }
        let civil = CivilDate.unixSeconds(
            year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        if isUTC { return ZonedTime(unixSeconds: civil, nanoseconds: nanoseconds) }
        if let offset {
            let seconds = civil - Int64(offset)
            let local = zone.period(at: seconds)
            let isLocal = local.offset == offset && (zoneName == nil || zoneName == local.abbreviation)
            return ZonedTime(
                unixSeconds: seconds, nanoseconds: nanoseconds,
                zone: isLocal ? zone : TimeZoneRules(fixedOffset: offset, name: zoneName ?? ""))
        }
        let seconds = zone.unixSeconds(civil: civil)
        guard let zoneName, zoneName != zone.period(at: seconds).abbreviation else {
            return ZonedTime(unixSeconds: seconds, nanoseconds: nanoseconds, zone: zone)
        }
        // A name that the zone does not know says nothing of the offset.
        return ZonedTime(
            unixSeconds: civil, nanoseconds: nanoseconds, zone: TimeZoneRules(fixedOffset: 0, name: zoneName))
    }
}
