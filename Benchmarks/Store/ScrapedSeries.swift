import Base
import TimeSeries

/// One series as an agent scrapes it: a counter of whole numbers, or a gauge of few digits.
struct ScrapedSeries {
    let labels: Labels
    /// Milliseconds between the beginning of an interval and this series' scrape.
    let phase: Int64
    private let isCounter: Bool
    private var value: Double
    private var state: UInt64

    /// The series with a number; its metric, labels and values follow from it.
    init(_ number: Int) {
        state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1
        isCounter = number % 4 != 3
        value = isCounter ? 0 : Double(number % 100)
        let host = number / 40
        phase = Int64(host * 7919 % 15_000)
        labels = Labels([
            ("__name__", isCounter ? "requests_\(number % 10)_total" : "queue_\(number % 10)"),
            ("instance", "host-\(host).example.com:9100"), ("job", "app"), ("service", "service-\(host % 20)"),
            ("zone", "zone-\(host % 3)"), ("code", "\(200 + number % 40)"),
        ])
    }

    private mutating func random(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }

    /// The value of the next scrape.
    mutating func next() -> Double {
        if isCounter {
            value = random(2000) == 0 ? 0 : value + Double(random(50))
        } else {
            value = Double(random(1000)) / 10
        }
        return value
    }
}
