import Base

/// An instant of a call of the query API as Prometheus reads and keeps it: seconds and nanoseconds of any size, which wrap
/// around where its own numbers do.
///
/// - Source: prometheus/prometheus web/api/v1, times of parameters; Go's `time.Unix` and `UnixNano` on amd64. What becomes
///   of infinite and far times is observed on 3.5.3.
struct QueryTime: Comparable {
    private var seconds: Int64
    private var nanoseconds: Int64

    /// Seconds, and nanoseconds of either sign and any size.
    private init(_ seconds: Int64, _ nanoseconds: Int64) {
        var (carry, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        if rest < 0 {
            carry -= 1
            rest += 1_000_000_000
        }
        self.seconds = seconds &+ carry
        self.nanoseconds = rest
    }

    /// An instant of a clock.
    init(_ time: Timestamp) {
        let (seconds, rest) = time.milliseconds.quotientAndRemainder(dividingBy: 1000)
        self.init(seconds, rest * 1_000_000)
    }

    /// Unix seconds or RFC 3339; nil for anything else.
    init?(_ text: String) {
        if let number = GoFloat.parse(text) {
            let whole = number.rounded(.towardZero)
            let rest = (((number - whole) * 1000).rounded(.toNearestOrAwayFromZero) / 1000) * 1e9
            self.init(Self.integer(whole), Self.integer(rest))
            return
        }
        switch text {
        case "-292273086-05-16T16:47:06Z": self.init(-9_223_309_901_257_974, 0)
        case "292277025-08-18T07:12:54.999999999Z": self.init(9_223_309_901_257_974, 999_999_999)
        default:
            guard let (local, offset) = Self.zoned(text), let time = RFC3339.parse(local) else { return nil }
            self.init(time)
            seconds -= offset
        }
    }

    /// The text in UTC and the seconds by which its zone is ahead; zones go to 24:60 here.
    private static func zoned(_ text: String) -> (String, Int64)? {
        let bytes = Array(text.utf8)
        // Go knows the letters of RFC 3339 as capitals only.
        guard bytes.count > 19, bytes[10] == UInt8(ascii: "T"), bytes.last != UInt8(ascii: "z") else { return nil }
        guard bytes.last != UInt8(ascii: "Z") else { return (text, 0) }
        let zone = bytes.suffix(6)
        let digits = [1, 2, 4, 5].map { Int64(zone[zone.startIndex + $0]) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }), zone[zone.startIndex + 3] == UInt8(ascii: ":") else {
            return nil
        }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours <= 24, minutes <= 60 else { return nil }
        let ahead = hours * 3600 + minutes * 60
        let local = String(decoding: bytes.dropLast(6), as: UTF8.self) + "Z"
        switch zone.first {
        case UInt8(ascii: "+"): return (local, ahead)
        case UInt8(ascii: "-"): return (local, -ahead)
        default: return nil
        }
    }

    /// What Go makes of a float: the least of all numbers where there is none.
    private static func integer(_ value: Double) -> Int64 {
        value.magnitude < 0x1p63 ? Int64(value) : .min
    }

    /// The instant at which an expression is evaluated, counted by nanoseconds: what is more than 292 years away from 1970
    /// wraps around.
    var evaluated: Timestamp {
        Timestamp(milliseconds: (seconds &* 1_000_000_000 &+ nanoseconds) / 1_000_000)
    }

    /// The instant for which series are looked up, counted by milliseconds; far away stands for endless.
    var stored: Timestamp {
        let milliseconds = seconds &* 1000 &+ nanoseconds / 1_000_000
        return Timestamp(milliseconds: min(max(milliseconds, -1 << 60), 1 << 60))
    }

    /// Nanoseconds from `start` to here, at most as many as there can be.
    func nanoseconds(since start: QueryTime) -> Int128 {
        let exact =
            Int128(sinceYearOne) * 1_000_000_000 + Int128(nanoseconds)
            - (Int128(start.sinceYearOne) * 1_000_000_000 + Int128(start.nanoseconds))
        return min(max(exact, Int128(Int64.min)), Int128(Int64.max))
    }

    /// Seconds as Go counts them within.
    private var sinceYearOne: Int64 { seconds &+ 62_135_596_800 }

    static func < (left: QueryTime, right: QueryTime) -> Bool {
        (left.sinceYearOne, left.nanoseconds) < (right.sinceYearOne, right.nanoseconds)
    }
}
