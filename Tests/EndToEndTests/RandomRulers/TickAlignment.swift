import Ruler
import TimeSeries

@testable import QueryEngine

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
            let labels: Labels = ["file": file, "name": name]
            if labels.xxHash % (UInt64(seconds) * 1_000_000_000) < 1_000_000 { return name }
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
}
