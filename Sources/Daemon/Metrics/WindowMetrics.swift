import Base
import Ruler

/// What is shown of the samples that local evaluation keeps between ticks.
struct WindowMetrics: Sendable {
    private let held: MetricFamily<MetricGauge>
    private let looks: MetricFamily<MetricGauge>
    private let differences: MetricGauge

    init(_ registry: MetricsRegistry) {
        held = registry.gauges(
            "ruleval_window_held", "What local evaluation keeps between ticks.", labels: ["what"])
        looks = registry.gauges(
            "ruleval_window_looks",
            "Selections fetched for local evaluation since the configuration came in force, by reason.",
            labels: ["reason"])
        differences = registry.gauge(
            "ruleval_window_differences",
            "Series that differed from the source when what is kept was compared; they were fetched anew.")
    }

    func show(_ statistics: SampleWindow.Statistics) {
        held.with("selections").set(Double(statistics.units))
        held.with("series").set(Double(statistics.series))
        held.with("samples").set(Double(statistics.samples))
        held.with("bytes").set(Double(statistics.bytes))
        for (reason, count) in statistics.looks { looks.with(reason).set(Double(count)) }
        differences.set(Double(statistics.differences))
    }
}
