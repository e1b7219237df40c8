internal import Synchronization

/// What the process counts of itself, shown as Prometheus' text format 0.0.4.
///
/// A name asked for twice gives the same instrument, so that a part that is built anew after a reload counts on.
public final class MetricsRegistry: Sendable {
    private struct Entry {
        var kind: String
        var labels: [String]
        var family: any Sendable
        var text: @Sendable () -> String
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var hooks: [@Sendable () async -> Void] = []
    }

    private let state = Mutex(State())

    /// The bounds that client libraries use for seconds.
    public static let secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// A registry with nothing in it.
    public init() {}

    /// A counter without labels.
    public func counter(_ name: String, _ help: String) -> MetricCounter { counters(name, help, labels: []).with() }

    /// A gauge without labels.
    public func gauge(_ name: String, _ help: String) -> MetricGauge { gauges(name, help, labels: []).with() }

    /// A histogram without labels.
    public func histogram(
        _ name: String, _ help: String, buckets: [Double] = MetricsRegistry.secondsBuckets
    ) -> MetricHistogram { histograms(name, help, buckets: buckets, labels: []).with() }

    /// A summary without labels.
    public func summary(_ name: String, _ help: String, quantiles: [Double] = [0.5, 0.9, 0.99]) -> MetricSummary {
        summaries(name, help, quantiles: quantiles, labels: []).with()
    }

    /// Counters, one for each combination of label values.
    public func counters(_ name: String, _ help: String, labels: [String]) -> MetricFamily<MetricCounter> {
        family(name, help, labels) { MetricCounter() }
    }

    /// Gauges, one for each combination of label values.
    public func gauges(_ name: String, _ help: String, labels: [String]) -> MetricFamily<MetricGauge> {
        family(name, help, labels) { MetricGauge() }
    }

    /// Histograms, one for each combination of label values.
    public func histograms(
        _ name: String, _ help: String, buckets: [Double] = MetricsRegistry.secondsBuckets, labels: [String]
    ) -> MetricFamily<MetricHistogram> {
        family(name, help, labels) { MetricHistogram(bounds: buckets) }
    }

    /// Summaries, one for each combination of label values.
    public func summaries(
        _ name: String, _ help: String, quantiles: [Double] = [0.5, 0.9, 0.99], labels: [String]
    ) -> MetricFamily<MetricSummary> {
        family(name, help, labels) { MetricSummary(quantiles: quantiles) }
    }

    /// Runs `hook` before each exposition: it sets gauges that are only known by asking.
    public func beforeExposition(_ hook: @escaping @Sendable () async -> Void) {
        state.withLock { $0.hooks.append(hook) }
    }

    /// All families by name.
    public func exposition() async -> String {
        let hooks = state.withLock { $0.hooks }
        for hook in hooks { await hook() }
        let entries = state.withLock { $0.entries }
        return entries.sorted { $0.key < $1.key }.map { $0.value.text() }.joined()
    }

    private func family<Instrument: MetricInstrument>(
        _ name: String, _ help: String, _ labels: [String], make: @escaping @Sendable () -> Instrument
    ) -> MetricFamily<Instrument> {
        state.withLock { state in
            if let entry = state.entries[name] {
                guard entry.kind == Instrument.kind, entry.labels == labels,
                    let family = entry.family as? MetricFamily<Instrument>
                else { preconditionFailure("metric \(name) is registered with another type or other labels") }
                return family
            }
            let family = MetricFamily(name: name, help: help, labels: labels, make: make)
            state.entries[name] = Entry(kind: Instrument.kind, labels: labels, family: family) { family.text() }
            return family
        }
    }

    // MARK: - Text

    /// A value as Go's client library prints it: `1e+06`, `0.25`, `+Inf`, `NaN`.
    static func number(_ value: Double) -> String {
        guard value.isFinite, value != 0 else { return GoFloat.string(value, .fixed) }
        let exponent = GoFloat.shortest(value.magnitude).exponent
        // Go's 'g' in its shortest form changes over at six digits.
        return GoFloat.string(value, exponent < -4 || exponent >= 6 ? .exponent : .fixed)
    }

    static func escapedHelp(_ text: String) -> String { escaped(text, quote: false) }
    static func escapedValue(_ text: String) -> String { escaped(text, quote: true) }

    private static func escaped(_ text: String, quote: Bool) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\"" where quote: out += "\\\""
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
