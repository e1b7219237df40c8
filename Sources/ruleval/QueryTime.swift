import Base

/// Times and steps as people write them on a command line.
enum QueryTime {
    /// Unix seconds with fraction, RFC 3339, `now`, `now-1h` or `now+5m`; nil for anything else.
    static func parse(_ text: String, now: Timestamp) -> Timestamp? {
        if text == "now" { return now }
        if text.hasPrefix("now-") { return PrometheusDuration.parse(text.dropFirst(4)).map { now - $0 } }
        if text.hasPrefix("now+") { return PrometheusDuration.parse(text.dropFirst(4)).map { now + $0 } }
        if let seconds = Double(text), seconds.isFinite { return Timestamp(seconds: seconds) }
        return RFC3339.parse(text)
    }

    /// Seconds, or a duration; nil for anything else.
    static func step(_ text: String) -> Duration? {
        if let seconds = Double(text), seconds.isFinite, seconds.magnitude < 1e12 {
            return .milliseconds(Int64((seconds * 1000).rounded()))
        }
        return PrometheusDuration.parse(text)
    }
}
