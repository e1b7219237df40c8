import TimeSeries

/// What one simulated service exposes: counters that only grow, gauges, classic histograms.
struct Exposition: Sendable {
    private var counters: [Labels: Double] = [:]
    private var gauges: [Labels: Double] = [:]
    private var random: SplitMix64

    /// Labels that every series gets: job and instance.
    let target: [String: String]

    init(target: [String: String], seed: UInt64) {
        self.target = target
        random = SplitMix64(seed: seed)
    }

    /// All series as they are now.
    var samples: [(labels: Labels, value: Double)] {
        (counters.map { ($0.key, $0.value) } + gauges.map { ($0.key, $0.value) }).sorted { $0.0 < $1.0 }
    }

    /// A number around `mean` that differs by up to `spread` (a share of it).
    mutating func around(_ mean: Double, spread: Double = 0.1) -> Double {
        mean * (1 + spread * (2 * random.unit() - 1))
    }

    mutating func gauge(_ name: String, _ labels: [String: String] = [:], _ value: Double) {
        gauges[series(name, labels)] = value
    }

    mutating func count(_ name: String, _ labels: [String: String] = [:], adding amount: Double) {
        counters[series(name, labels), default: 0] += max(0, amount.rounded())
    }

    /// Adds `count` observations spread around `median` to a classic histogram.
    mutating func observe(
        _ name: String, _ labels: [String: String] = [:], count: Double, median: Double, bounds: [Double]
    ) {
        let total = max(0, count.rounded())
        for bound in bounds {
            // A logistic curve over the logarithm: most observations within a factor of two of the median.
            let share = 1 / (1 + Self.exp(-4 * Self.log2(bound / median)))
            self.count(name + "_bucket", labels.merging(["le": Self.text(bound)]) { $1 }, adding: total * share)
        }
        self.count(name + "_bucket", labels.merging(["le": "+Inf"]) { $1 }, adding: total)
        self.count(name + "_count", labels, adding: total)
        counters[series(name + "_sum", labels), default: 0] += total * median
    }

    private func series(_ name: String, _ labels: [String: String]) -> Labels {
        var all = target.merging(labels) { $1 }
        all[Labels.metricName] = name
        return Labels(all.map { ($0.key, $0.value) })
    }

    private static func text(_ bound: Double) -> String { bound == bound.rounded() ? "\(Int(bound))" : "\(bound)" }
    private static func exp(_ value: Double) -> Double { Libm.exp(value) }
    private static func log2(_ value: Double) -> Double { Libm.log2(value) }
}

/// A small generator with a seed, so that every demo is the same demo.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    mutating func unit() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
