/// An instant to the nanosecond and the zone in which it is shown: Go's time.Time.
public struct ZonedTime: Hashable, Sendable {
    /// Seconds since the epoch, rounded down.
    public var unixSeconds: Int64
    /// 0 to 999,999,999.
    public var nanoseconds: Int
    /// Where it is shown.
    public var zone: TimeZoneRules

    /// An instant.
    public init(unixSeconds: Int64, nanoseconds: Int = 0, zone: TimeZoneRules = .utc) {
        self.unixSeconds = unixSeconds
        self.nanoseconds = nanoseconds
        self.zone = zone
    }

    /// An instant of millisecond precision.
    public init(_ time: Timestamp, zone: TimeZoneRules = .utc) {
        let seconds = time.milliseconds >= 0 ? time.milliseconds / 1000 : -((999 - time.milliseconds) / 1000)
        self.init(
            unixSeconds: seconds, nanoseconds: Int(time.milliseconds - seconds * 1000) * 1_000_000, zone: zone)
    }

    /// Go's zero time, 0001-01-01T00:00:00Z.
    public static let zero = ZonedTime(unixSeconds: -62_135_596_800)

    /// Whether it is Go's zero time.
    public var isZero: Bool { unixSeconds == Self.zero.unixSeconds && nanoseconds == 0 }

    /// The zone's offset and abbreviation at this instant.
    public var period: TimeZoneRules.Period { zone.period(at: unixSeconds) }

    /// Date and time of day in the zone.
    public var civil: CivilDate { CivilDate(unixSeconds: unixSeconds, offset: Int64(period.offset)) }

    /// The instant cut to milliseconds.
    public var timestamp: Timestamp { Timestamp(milliseconds: unixSeconds &* 1000 &+ Int64(nanoseconds / 1_000_000)) }

    /// The same instant shown elsewhere.
    public func shown(in zone: TimeZoneRules) -> ZonedTime {
        ZonedTime(unixSeconds: unixSeconds, nanoseconds: nanoseconds, zone: zone)
    }

    /// Later by some nanoseconds, wrapping beyond the range of seconds.
    public func adding(nanoseconds more: Int64) -> ZonedTime {
        var seconds = unixSeconds &+ more / 1_000_000_000
        var rest = nanoseconds + Int(more % 1_000_000_000)
        if rest < 0 {
            rest += 1_000_000_000
            seconds &-= 1
        } else if rest >= 1_000_000_000 {
            rest -= 1_000_000_000
            seconds &+= 1
        }
        return ZonedTime(unixSeconds: seconds, nanoseconds: rest, zone: zone)
    }

    /// Nanoseconds from `other` to this, clamped to the range of Int64.
    public func nanoseconds(since other: ZonedTime) -> Int64 {
        let (seconds, overflow) = unixSeconds.subtractingReportingOverflow(other.unixSeconds)
        let (scaled, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, tooFar) = scaled.addingReportingOverflow(Int64(nanoseconds - other.nanoseconds))
        return overflow || overflowed || tooFar ? (isBefore(other) ? .min : .max) : sum
    }

    /// Whether this instant comes before `other`, wherever they are shown.
    public func isBefore(_ other: ZonedTime) -> Bool {
        (unixSeconds, nanoseconds) < (other.unixSeconds, other.nanoseconds)
    }
}
