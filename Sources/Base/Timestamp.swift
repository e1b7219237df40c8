/// An instant as Prometheus stores it.
///
/// - Unit: milliseconds since 1970-01-01 UTC, no leap seconds.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// May be negative.
    public var milliseconds: Int64

    /// An instant this many milliseconds after the epoch.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// An instant this many seconds after the epoch, rounded to the millisecond, clamped to the range of Int64.
    public init(seconds: Double) {
        let scaled = (seconds * 1000).rounded()
        milliseconds = Int64(exactly: scaled) ?? (scaled < 0 ? .min : .max)
    }

    /// Seconds since the epoch.
    public var seconds: Double { Double(milliseconds) / 1000 }

    /// The epoch itself.
    public static let zero = Timestamp(milliseconds: 0)
    /// The earliest instant there is.
    public static let distantPast = Timestamp(milliseconds: .min)
    /// The latest instant there is.
    public static let distantFuture = Timestamp(milliseconds: .max)

    /// Earlier is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// Later by `duration` (cut to milliseconds), saturating.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.milliseconds.addingReportingOverflow(duration.milliseconds)
        return Timestamp(milliseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    /// Earlier by `duration` (cut to milliseconds), saturating.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        let (difference, overflow) = time.milliseconds.subtractingReportingOverflow(duration.milliseconds)
        return Timestamp(milliseconds: overflow ? (duration < .zero ? .max : .min) : difference)
    }

    /// The time from `right` to `left`.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        let (difference, overflow) = left.milliseconds.subtractingReportingOverflow(right.milliseconds)
        return .milliseconds(overflow ? (left < right ? .min : .max) : difference)
    }
}

extension Duration {
    /// Whole milliseconds, cut towards zero, clamped to the range of Int64.
    public var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, overflowed) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflowed ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds with fraction.
    public var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
