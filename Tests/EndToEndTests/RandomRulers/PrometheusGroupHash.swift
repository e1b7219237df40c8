import Ruler
import TimeSeries

/// When rulers tick: Prometheus, and ruleval too, shift the ticks of a group by a hash of its name and file.
///
/// With names chosen so that the shift is below a millisecond everywhere, all rulers tick at whole seconds, and what they
/// give can be compared to the bit.
enum TickAlignment {
    /// A name for a group that begins with `start`, evaluated by Prometheus at multiples of `seconds` when it stands in `file`.
    ///
    /// - Source: observed on Prometheus 3.5.3: XXH64 of the labels `file` and `name`, modulo the interval in nanoseconds.
    static func groupName(_ start: String, file: String, seconds: Int) -> String {
        var number = 0
        while true {
            let name = "\(start)-\(number)"
            let hash = XXH64.hash(label("file", file) + label("name", name))
            if hash % (UInt64(seconds) * 1_000_000_000) < 1_000_000 { return name }
            number += 1
        }
    }

    /// A file name that begins with `start` in `folder` with which ruleval evaluates the group `name` at multiples of
    /// `seconds`.
    static func fileName(_ start: String, folder: String, group name: String, seconds: Int) -> String {
        var number = 0
        while true {
            let file = "\(start).\(number).yml"
            let schedule = GroupSchedule(interval: .seconds(seconds), file: "\(folder)/\(file)", name: name)
            if schedule.tick(atOrBefore: .init(milliseconds: 0)).milliseconds == 0 { return file }
            number += 1
        }
    }

    private static func label(_ name: String, _ value: String) -> [UInt8] {
        [UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }
}

/// The hash of that name, seed 0.
///
/// - Source: the XXH64 specification of the xxHash project.
enum XXH64 {
    private static let primes: [UInt64] = [
        11_400_714_785_074_694_791, 14_029_467_366_897_019_727, 1_609_587_929_392_839_161,
        9_650_029_242_287_828_579, 2_870_177_450_012_600_261,
    ]

    static func hash(_ bytes: [UInt8]) -> UInt64 {
        let (p1, p2, p3, p4, p5) = (primes[0], primes[1], primes[2], primes[3], primes[4])
        var place = 0
        var hash = p5
        if bytes.count >= 32 {
            var lanes: [UInt64] = [p1 &+ p2, p2, 0, 0 &- p1]
            while place + 32 <= bytes.count {
                for lane in 0..<4 { lanes[lane] = round(lanes[lane], word(bytes, place + 8 * lane, 8)) }
                place += 32
            }
            hash = rotate(lanes[0], 1) &+ rotate(lanes[1], 7) &+ rotate(lanes[2], 12) &+ rotate(lanes[3], 18)
            for lane in lanes { hash = (hash ^ round(0, lane)) &* p1 &+ p4 }
        }
        hash = hash &+ UInt64(bytes.count)
        while place + 8 <= bytes.count {
            hash = rotate(hash ^ round(0, word(bytes, place, 8)), 27) &* p1 &+ p4
            place += 8
        }
        if place + 4 <= bytes.count {
            hash = rotate(hash ^ (word(bytes, place, 4) &* p1), 23) &* p2 &+ p3
            place += 4
        }
        for byte in bytes[place...] { hash = rotate(hash ^ (UInt64(byte) &* p5), 11) &* p1 }
        hash = (hash ^ (hash >> 33)) &* p2
        hash = (hash ^ (hash >> 29)) &* p3
        return hash ^ (hash >> 32)
    }

    private static func round(_ lane: UInt64, _ input: UInt64) -> UInt64 {
        rotate(lane &+ input &* primes[1], 31) &* primes[0]
    }

    private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }

    private static func word(_ bytes: [UInt8], _ place: Int, _ count: Int) -> UInt64 {
        bytes[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
