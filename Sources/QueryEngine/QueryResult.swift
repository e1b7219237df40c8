import Base
import TimeSeries

/// What a query gave.
public struct QueryResult: Sendable, Equatable {
    /// The value.
    public var value: QueryValue
    /// What the engine and the source had to remark.
    public var annotations: Annotations
    /// What the query cost, where ``QueryOptions/countsSamples`` asks for it.
    public var statistics: QueryStatistics?

    /// A result.
    public init(value: QueryValue, annotations: Annotations = Annotations()) {
        self.value = value
        self.annotations = annotations
    }
}

/// A value of one of PromQL's types.
public enum QueryValue: Sendable, Equatable {
    /// A number at an instant.
    case scalar(Double, at: Timestamp)
    /// A text at an instant.
    case string(String, at: Timestamp)
    /// One sample a series, in the order that the expression gave them.
    case vector([VectorSample])
    /// Many samples a series, sorted by labels; what every range query gives.
    case matrix([Series])
}

/// One sample of an instant vector.
public struct VectorSample: Sendable, Equatable {
    /// What identifies the series.
    public var labels: Labels
    /// The instant of the evaluation.
    public var timestamp: Timestamp
    /// A float or a native histogram.
    public var value: SampleValue

    /// A sample.
    public init(labels: Labels, timestamp: Timestamp, value: SampleValue) {
        self.labels = labels
        self.timestamp = timestamp
        self.value = value
    }

    /// Compares bits, so that NaN equals NaN.
    public static func == (left: VectorSample, right: VectorSample) -> Bool {
        guard left.labels == right.labels, left.timestamp == right.timestamp else { return false }
        switch (left.value, right.value) {
        case (.float(let a), .float(let b)): return a.bitPattern == b.bitPattern
        case (.histogram(let a), .histogram(let b)): return a == b
        default: return false
        }
    }
}

/// Remarks on a query that had a result all the same, in Prometheus' words.
public struct Annotations: Sendable, Hashable {
    /// `PromQL warning: …`, and warnings of the source: the result may be wrong.
    public var warnings: [String]
    /// `PromQL info: …`: the result is right, the query may not be.
    public var infos: [String]

    /// Remarks; none unless given.
    public init(warnings: [String] = [], infos: [String] = []) {
        self.warnings = warnings
        self.infos = infos
    }
}
