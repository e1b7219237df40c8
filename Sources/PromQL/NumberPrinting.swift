import Base
import TimeSeries

/// Numbers and durations as Prometheus' printer writes them.
enum NumberPrinting {
    /// Without an exponent, as Go's `%f` with the fewest digits; infinities are `+Inf` and `-Inf`.
    static func fixed(_ value: Double) -> String { GoFloat.string(value, .fixed) }

    /// `5m`, `-1h30m`.
    static func duration(milliseconds: Int64) -> String { PrometheusDuration.string(.milliseconds(milliseconds)) }
}

/// Texts in quotes as expressions hold them.
enum TextPrinting {
    /// In Go's double quotes; a replacement character is escaped, since a text with a bare one is refused.
    static func quoted(_ text: String) -> String {
        let quoted = StrayBytes.quoted(text)
        guard quoted.unicodeScalars.contains("\u{FFFD}") else { return quoted }
        return quoted.unicodeScalars.reduce(into: "") { out, scalar in
            if scalar == "\u{FFFD}" { out += "\\ufffd" } else { out.unicodeScalars.append(scalar) }
        }
    }
}
