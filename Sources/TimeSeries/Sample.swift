import Base

/// The marker that ends a series: a NaN with bits of its own.
///
/// - Source: prometheus/prometheus model/value, StaleNaN and NormalNaN.
public enum StaleMarker {
    /// The marker as a value.
    public static let value = Double(bitPattern: 0x7FF0_0000_0000_0002)
    /// Whether `value` is the marker and no other NaN.
    @inlinable public static func isStale(_ value: Double) -> Bool { value.bitPattern == 0x7FF0_0000_0000_0002 }
    /// The NaN that calculations and exporters give.
    public static let normalNaN = Double(bitPattern: 0x7FF8_0000_0000_0001)
}

/// What a sample holds.
public enum SampleValue: Sendable, Equatable {
    case float(Double)
    case histogram(FloatHistogram)
}

/// One series: labels and columns of samples in time order.
///
/// A sample is a float, or a native histogram where ``histograms`` has one at its index; its entry in ``values`` is then
/// the histogram's sum (the stale marker when the sample ends the series).
public struct Series: Sendable, Equatable {
    /// What identifies the series.
    public var labels: Labels
    /// Milliseconds, strictly ascending.
    public var timestamps: [Int64]
    /// As many as timestamps.
    public var values: [Double]
    /// Empty when the series holds no histogram at all, else as many as timestamps.
    public var histograms: [FloatHistogram?]
    /// Empty when unknown, else as many as timestamps, in milliseconds; 0 means unknown.
    public var startTimestamps: [Int64]

    /// A series; columns must be of one length.
    public init(
        labels: Labels, timestamps: [Int64] = [], values: [Double] = [], histograms: [FloatHistogram?] = [],
        startTimestamps: [Int64] = []
    ) {
        self.labels = labels
        self.timestamps = timestamps
        self.values = values
        self.histograms = histograms
        self.startTimestamps = startTimestamps
    }

    /// How many samples there are.
    public var count: Int { timestamps.count }

    /// Adds a sample behind the last one.
    public mutating func append(_ value: SampleValue, at milliseconds: Int64, startTimestamp: Int64? = nil) {
        switch value {
        case .float(let float):
            if !histograms.isEmpty { histograms.append(nil) }
            values.append(float)
        case .histogram(let histogram):
            if histograms.isEmpty { histograms = Array(repeating: nil, count: timestamps.count) }
            histograms.append(histogram)
            values.append(histogram.sum)
        }
        if let startTimestamp {
            if startTimestamps.isEmpty { startTimestamps = Array(repeating: 0, count: timestamps.count) }
            startTimestamps.append(startTimestamp)
        } else if !startTimestamps.isEmpty {
            startTimestamps.append(0)
        }
        timestamps.append(milliseconds)
    }

    /// The sample at `index`.
    public func sample(at index: Int) -> SampleValue {
        if !histograms.isEmpty, let histogram = histograms[index] { return .histogram(histogram) }
        return .float(values[index])
    }

    /// Compares bits, so that NaN equals NaN.
    public static func == (left: Series, right: Series) -> Bool {
        left.labels == right.labels && left.timestamps == right.timestamps
            && left.values.map(\.bitPattern) == right.values.map(\.bitPattern) && left.histograms == right.histograms
            && left.startTimestamps == right.startTimestamps
    }
}
