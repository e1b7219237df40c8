import TestSupport
import TimeSeries

/// The samples that random rules look at, from before the first tick to behind the last.
struct RandomSamples {
    private let prefix: String
    /// Instants in milliseconds.
    private let times: [Int64]
    private var random: SeededGenerator
    private(set) var series: [Series] = []

    init(prefix: String, from start: Int64, to end: Int64, _ random: inout SeededGenerator) {
        self.prefix = prefix
        // Samples fall on ticks and between them.
        times = Array(stride(from: start, through: end, by: 500))
        self.random = SeededGenerator(seed: random.next())
        gauges()
        counters()
        targets()
        facts()
        buckets()
        histograms()
    }

    private static let strange = ["a&b <\"x\"> ü", "o\\n'e", "{{ .Value }}", "日本", "%d"]

    /// A number that stays for a while; sums of such numbers are exact.
    private mutating func gauges() {
        for queue in ["a", "b", "c", "d"].prefix(2 + random.upTo(2)) {
            for team in ["x", "y"].prefix(1 + random.upTo(1)) {
                var labels = LabelsBuilder(["__name__": "\(prefix)_q", "queue": queue, "team": team])
                if random.chance(30) { labels["note"] = random.pick(Self.strange) }
                var value = Double(random.upTo(20))
                add(labels.labels) { random in
                    if random.chance(25) { value = Double(random.upTo(80)) / 4 }
                    // No -0: Prometheus' remote read tells it as 0.
                    if random.chance(2) { return random.pick([.nan, .infinity, -.infinity, 1e300, -3.5e-7]) }
                    return value
                }
            }
        }
    }

    private mutating func counters() {
        for queue in ["a", "b", "c"].prefix(1 + random.upTo(2)) {
            for code in ["200", "500"] {
                var value = Double(random.upTo(1000))
                add(["__name__": "\(prefix)_c_total", "queue": queue, "code": code]) { random in
                    value = random.chance(2) ? 0 : value + Double(random.upTo(6))
                    return value
                }
            }
        }
    }

    private mutating func targets() {
        for instance in ["h1.example.org:9100", "h2:80", "[::1]:90"] {
            var isUp = random.chance(80)
            add(["__name__": "\(prefix)_up", "job": "node", "instance": instance]) { random in
                if random.chance(8) { isUp.toggle() }
                return isUp ? 1 : 0
            }
        }
    }

    private mutating func facts() {
        for queue in ["a", "b"] {
            let owner = random.pick(Self.strange)
            add(["__name__": "\(prefix)_info", "queue": queue, "owner": owner, "version": "1.\(random.upTo(9))"]) { _ in
                1
            }
        }
    }

    private mutating func buckets() {
        for queue in ["a", "b"] {
            var columns = [[Double]](repeating: [], count: 4)
            var counts = [0.0, 0, 0, 0]
            for _ in times {
                let hit = random.upTo(3)
                for index in hit..<4 { counts[index] += 1 }
                for index in 0..<4 { columns[index].append(counts[index]) }
            }
            for (bound, values) in zip(["0.1", "1", "5", "+Inf"], columns) {
                var place = 0
                add(["__name__": "\(prefix)_b_bucket", "queue": queue, "le": bound], mayEnd: false) { _ in
                    defer { place += 1 }
                    return values[place]
                }
            }
        }
    }

    private mutating func histograms() {
        for queue in ["a", "b"] {
            var series = Series(labels: ["__name__": "\(prefix)_h", "queue": queue])
            var counts = [1.0, 2, 0, 1]
            for time in times {
                if random.chance(60) { counts[random.upTo(3)] += Double(1 + random.upTo(2)) }
                let count = counts.reduce(0, +) + 1
                series.append(
                    .histogram(
                        FloatHistogram(
                            schema: 0, zeroThreshold: 0.001, zeroCount: 1, count: count, sum: count * 1.5,
                            positiveSpans: [.init(offset: 0, length: 2), .init(offset: 1, length: 2)],
                            positiveBuckets: counts)), at: time)
            }
            self.series.append(series)
        }
    }

    /// A series that may begin late, and end and come back.
    private mutating func add(
        _ labels: Labels, mayEnd: Bool = true, _ next: (inout SeededGenerator) -> Double
    ) {
        var series = Series(labels: labels)
        var isThere = !mayEnd || random.chance(85)
        for time in times {
            let value = next(&random)
            if isThere, mayEnd, random.chance(2) {
                isThere = false
                series.append(.float(StaleMarker.value), at: time)
            } else if !isThere, random.chance(12) {
                isThere = true
            }
            if isThere { series.append(.float(value), at: time) }
        }
        if series.count > 0 { self.series.append(series) }
    }
}
