import TimeSeries

/// One place of a test series: a sample, or none.
public enum SeriesValue: Hashable, Sendable {
    /// No sample: `_`.
    case none
    /// A float; `stale` is the marker.
    case float(Double)
    /// A histogram; whether its reset hint was written, so that it is compared.
    case histogram(FloatHistogram, statesHint: Bool)

    /// The sample, nil when there is none.
    public var sample: SampleValue? {
        switch self {
        case .none: nil
        case .float(let value): .float(value)
        case .histogram(let histogram, _): .histogram(histogram)
        }
    }
}

/// One line of test series: labels and values, or start timestamps of the line that follows.
public struct SeriesLine: Hashable, Sendable {
    /// What follows the labels.
    public enum Content: Hashable, Sendable {
        /// Samples, one a step.
        case values([SeriesValue])
        /// `@st`: start timestamps relative to the samples' own times, in milliseconds, one a step.
        case startOffsets([Int64?])
    }

    /// What identifies the series.
    public var labels: Labels
    /// Values or start timestamps.
    public var content: Content
}

/// Why a line of test series cannot be read.
public struct SeriesNotationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// Byte in the text, from 0.
    public var offset: Int

    /// The message alone.
    public var description: String { message }
}
