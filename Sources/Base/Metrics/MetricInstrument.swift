internal import Synchronization

/// One series (or bundle of series, for histograms and summaries) that is counted into.
public protocol MetricInstrument: Sendable {
    /// The word behind `# TYPE`.
    static var kind: String { get }
    /// The samples now, in the order of the exposition.
    func samples() -> [MetricSample]
}

/// One line of the exposition, without the family's name and labels.
public struct MetricSample: Hashable, Sendable {
    /// `""`, `_bucket`, `_sum`, `_count`.
    public var suffix: String
    /// `le` or `quantile` with its value, when there is one.
    public var label: String?
    /// The value of ``label``.
    public var labelValue: String
    /// The number shown.
    public var value: Double

    init(_ suffix: String = "", label: String? = nil, _ labelValue: String = "", value: Double) {
        self.suffix = suffix
        self.label = label
        self.labelValue = labelValue
        self.value = value
    }
}

/// A number that only grows.
public final class MetricCounter: MetricInstrument {
    /// `counter`.
    public static let kind = "counter"
    private let state = Mutex(0.0)

    init() {}

    /// Adds `amount`, which must not be negative.
    public func increment(by amount: Double = 1) { state.withLock { $0 += max(0, amount) } }

    /// Takes over a count that somebody else keeps; a lower one changes nothing.
    public func raise(to count: Double) { state.withLock { $0 = max($0, count) } }

    /// The sum so far.
    public var value: Double { state.withLock { $0 } }

    /// One sample.
    public func samples() -> [MetricSample] { [MetricSample(value: value)] }
}

/// A number that goes up and down.
public final class MetricGauge: MetricInstrument {
    /// `gauge`.
    public static let kind = "gauge"
    private let state = Mutex(0.0)

    init() {}

    /// Replaces the number.
    public func set(_ value: Double) { state.withLock { $0 = value } }

    /// Adds `amount`, negative too.
    public func add(_ amount: Double) { state.withLock { $0 += amount } }

    /// The number now.
    public var value: Double { state.withLock { $0 } }

    /// One sample.
    public func samples() -> [MetricSample] { [MetricSample(value: value)] }
}

/// Observations counted into buckets.
public final class MetricHistogram: MetricInstrument {
    /// `histogram`.
    public static let kind = "histogram"

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
        var count: UInt64 = 0
    }

    /// Upper bounds, ascending, without +Inf.
    public let bounds: [Double]
    private let state: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count)))
    }

    /// Counts one observation.
    public func observe(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 }
        state.withLock { state in
            if let bucket { state.counts[bucket] += 1 }
            state.sum += value
            state.count += 1
        }
    }

    /// Counts one observation in seconds.
    public func observe(_ duration: Duration) { observe(duration.seconds) }

    /// Cumulative buckets, `+Inf`, sum and count.
    public func samples() -> [MetricSample] {
        let (counts, sum, count) = state.withLock { ($0.counts, $0.sum, $0.count) }
        var out: [MetricSample] = []
        var below: UInt64 = 0
        for (bound, inside) in zip(bounds, counts) {
            below += inside
            out.append(
                MetricSample("_bucket", label: "le", MetricsRegistry.number(bound), value: Double(below)))
        }
        out.append(MetricSample("_bucket", label: "le", "+Inf", value: Double(count)))
        out.append(MetricSample("_sum", value: sum))
        out.append(MetricSample("_count", value: Double(count)))
        return out
    }
}

/// Observations as quantiles over the latest ``window`` of them, with sum and count over all.
public final class MetricSummary: MetricInstrument {
    /// `summary`.
    public static let kind = "summary"
    /// How many observations the quantiles look back on.
    public static let window = 512

    private struct State {
        var recent: [Double] = []
        var next = 0
        var sum = 0.0
        var count: UInt64 = 0
    }

    /// From 0 to 1, ascending.
    public let quantiles: [Double]
    private let state = Mutex(State())

    init(quantiles: [Double]) { self.quantiles = quantiles }

    /// Counts one observation.
    public func observe(_ value: Double) {
        state.withLock { state in
            if state.recent.count < Self.window {
                state.recent.append(value)
            } else {
                state.recent[state.next] = value
                state.next = (state.next + 1) % Self.window
            }
            state.sum += value
            state.count += 1
        }
    }

    /// Counts one observation in seconds.
    public func observe(_ duration: Duration) { observe(duration.seconds) }

    /// The quantiles (NaN without an observation), sum and count.
    public func samples() -> [MetricSample] {
        let (recent, sum, count) = state.withLock { ($0.recent, $0.sum, $0.count) }
        let sorted = recent.sorted()
        var out = quantiles.map { quantile in
            let rank = Int((quantile * Double(sorted.count)).rounded(.up)) - 1
            let value = sorted.isEmpty ? Double.nan : sorted[min(max(rank, 0), sorted.count - 1)]
            return MetricSample(label: "quantile", MetricsRegistry.number(quantile), value: value)
        }
        out.append(MetricSample("_sum", value: sum))
        out.append(MetricSample("_count", value: Double(count)))
        return out
    }
}
