import Base

/// Numbers and durations as Prometheus' printer writes them.
enum NumberPrinting {
    /// Without an exponent, as Go's `%f` with the fewest digits; infinities are `+Inf` and `-Inf`.
    static func fixed(_ value: Double) -> String { GoFloat.string(value, .fixed) }

    /// `5m`, `-1h30m`.
    static func duration(milliseconds: Int64) -> String { PrometheusDuration.string(.milliseconds(milliseconds)) }
}
