/// What the name of a metric says about it, by the conventions of Prometheus' exporters.
///
/// - Source: Prometheus' documentation, "Metric and label naming".
enum MetricKind {
    /// Endings that counters never have.
    private static let gaugeEndings = [
        "_info", "_ratio", "_percent", "_percentage", "_celsius", "_timestamp", "_timestamp_seconds", "_temperature",
        "_limit",
        "_utilization", "_up", "_max", "_size_bytes", "_usage_bytes", "_free_bytes", "_available_bytes", "_avail_bytes",
        "_used_bytes", "_working_set_bytes", "_resident_memory_bytes", "_virtual_memory_bytes",
    ]

    /// Whether the name is that of a gauge.
    static func isGauge(_ name: String) -> Bool { gaugeEndings.contains(where: name.hasSuffix) }

    /// Whether the name is that of a counter.
    static func isCounter(_ name: String) -> Bool { name.hasSuffix("_total") }

    /// Whether a counter may have this name: it, or a part of a histogram or summary.
    static func mayBeCounter(_ name: String) -> Bool {
        ["_total", "_count", "_sum", "_bucket"].contains(where: name.hasSuffix) || name.contains(":")
    }
}
