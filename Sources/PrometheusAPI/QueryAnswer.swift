import Base
import TimeSeries

/// One element of an instant vector.
public struct InstantSample: Sendable, Equatable {
    /// What identifies the series.
    public var labels: Labels
    /// The evaluation's time.
    public var timestamp: Timestamp
    /// A float or a native histogram.
    public var value: SampleValue

    /// An element.
    public init(labels: Labels, timestamp: Timestamp, value: SampleValue) {
        self.labels = labels
        self.timestamp = timestamp
        self.value = value
    }
}

/// What a server answered to an expression.
public struct QueryAnswer: Sendable {
    /// The result; empty vectors and matrices are answers too.
    public enum Value: Sendable, Equatable {
        case vector([InstantSample])
        case matrix([Series])
        case scalar(Double, at: Timestamp)
        case string(String, at: Timestamp)
    }

    /// The result.
    public var value: Value
    /// Warnings of the server: something may be wrong with the result.
    public var warnings: [String]
    /// Hints of the server on the expression.
    public var infos: [String]

    /// An answer.
    public init(_ value: Value, warnings: [String] = [], infos: [String] = []) {
        self.value = value
        self.warnings = warnings
        self.infos = infos
    }
}
