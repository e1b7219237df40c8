import Base

/// What the store counts of itself.
struct StateMetrics: Sendable {
    let transactions: MetricCounter
    let failures: MetricCounter
    let changes: MetricCounter
    let duration: MetricHistogram
    let failing: MetricGauge
    let unwritten: MetricGauge
    let damaged: MetricGauge
    let salvaged: MetricGauge

    init(_ registry: MetricsRegistry) {
        transactions = registry.counter("ruleval_state_transactions_total", "Transactions of the state store.")
        failures = registry.counter(
            "ruleval_state_transaction_failures_total", "Transactions of the state store that the disk refused.")
        changes = registry.counter("ruleval_state_changes_total", "Changes written by the state store.")
        duration = registry.histogram(
            "ruleval_state_transaction_duration_seconds", "How long transactions of the state store took.")
        failing = registry.gauge("ruleval_state_failing", "1 while state cannot be written, else 0.")
        damaged = registry.gauge(
            "ruleval_state_damaged", "1 when this process found its state damaged and set it aside, else 0.")
        salvaged = registry.gauge(
            "ruleval_state_salvaged_rows", "Rows that were saved from state that was damaged.")
        unwritten = registry.gauge(
            "ruleval_state_unwritten_changes", "Changes that are only in memory because the disk refused them.")
    }
}
