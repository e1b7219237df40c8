import Base
import TimeSeries

/// When a group is evaluated: at multiples of its interval, shifted by a hash of its identity so that groups spread.
///
/// - Source: prometheus/prometheus rules/group.go, EvalTimestamp; the hash is our own.
public struct GroupSchedule: Hashable, Sendable {
    /// Distance of two ticks.
    public let interval: Duration
    private let offset: Int64

    /// The schedule of the group `name` of `file`.
    /// - Parameter together: Whether it ticks with all others of its interval; else ticks are spread over the interval.
    public init(interval: Duration, file: String, name: String, together: Bool = false) {
        self.interval = max(interval, .milliseconds(1))
        var key = "\(file);\(name)"
        let hash = key.withUTF8 { StableHash.hash(UnsafeRawBufferPointer($0)) }
        offset = together ? 0 : Int64(hash % UInt64(self.interval.milliseconds))
    }

    /// The newest tick at or before `time`.
    public func tick(atOrBefore time: Timestamp) -> Timestamp {
        let step = interval.milliseconds
        let shifted = time.milliseconds - offset
        let floor = shifted >= 0 ? shifted / step : -((-shifted + step - 1) / step)
        return Timestamp(milliseconds: floor * step + offset)
    }

    /// The first tick behind `time`.
    public func tick(after time: Timestamp) -> Timestamp { tick(atOrBefore: time) + interval }

    /// The tick to evaluate next after `last`, and how many have passed unevaluated by `time`.
    public func next(after last: Timestamp, now time: Timestamp) -> (tick: Timestamp, missed: Int) {
        let due = last + interval
        let newest = tick(atOrBefore: time)
        guard newest > due else { return (due, 0) }
        return (newest, Int((newest - due).milliseconds / interval.milliseconds))
    }
}
