import Base
import Ruler

/// What is counted of rule evaluation, under Prometheus' names and a few of our own.
struct RulerMetrics: Sendable {
    private let evaluations: MetricFamily<MetricCounter>
    private let failures: MetricFamily<MetricCounter>
    private let duration: MetricSummary
    private let ownEvaluations: MetricCounter
    private let ownFailures: MetricCounter
    private let warnings: MetricCounter
    private let iterations: MetricFamily<MetricCounter>
    private let missed: MetricFamily<MetricCounter>
    private let ownMissed: MetricCounter
    private let groupDuration: MetricSummary
    private let lastDuration: MetricFamily<MetricGauge>
    private let lastEvaluation: MetricFamily<MetricGauge>
    private let rules: MetricFamily<MetricGauge>
    private let interval: MetricFamily<MetricGauge>
    private let lastSamples: MetricFamily<MetricGauge>
    private let place: MetricFamily<MetricGauge>
    private let cost: MetricFamily<MetricGauge>
    private let window: WindowMetrics

    init(_ registry: MetricsRegistry) {
        let group = ["rule_group"]
        evaluations = registry.counters(
            "prometheus_rule_evaluations_total", "The total number of rule evaluations.", labels: group)
        failures = registry.counters(
            "prometheus_rule_evaluation_failures_total", "The total number of rule evaluation failures.", labels: group)
        duration = registry.summary(
            "prometheus_rule_evaluation_duration_seconds", "The duration for a rule to execute.")
        ownEvaluations = registry.counter("ruleval_rule_evaluations_total", "Rule evaluations of all groups.")
        ownFailures = registry.counter(
            "ruleval_rule_evaluation_failures_total", "Rule evaluations of all groups that gave no result.")
        warnings = registry.counter(
            "ruleval_rule_evaluation_warnings_total",
            "Rule evaluations of all groups whose result may be wrong, as the source or the evaluation warned.")
        iterations = registry.counters(
            "prometheus_rule_group_iterations_total", "The total number of scheduled rule group evaluations.",
            labels: group)
        missed = registry.counters(
            "prometheus_rule_group_iterations_missed_total",
            "The total number of rule group evaluations missed due to slow rule group evaluation.", labels: group)
        ownMissed = registry.counter(
            "ruleval_rule_group_iterations_missed_total", "Ticks of all groups that were skipped.")
        groupDuration = registry.summary(
            "prometheus_rule_group_duration_seconds", "The duration of rule group evaluations.",
            quantiles: [0.01, 0.05, 0.5, 0.9, 0.99])
        lastDuration = registry.gauges(
            "prometheus_rule_group_last_duration_seconds", "The duration of the last rule group evaluation.",
            labels: group)
        lastEvaluation = registry.gauges(
            "prometheus_rule_group_last_evaluation_timestamp_seconds",
            "The timestamp of the last rule group evaluation in seconds.", labels: group)
        rules = registry.gauges("prometheus_rule_group_rules", "The number of rules.", labels: group)
        interval = registry.gauges(
            "prometheus_rule_group_interval_seconds", "The interval of a rule group.", labels: group)
        lastSamples = registry.gauges(
            "prometheus_rule_group_last_evaluation_samples",
            "The number of samples returned during the last rule group evaluation.", labels: group)
        place = registry.gauges(
            "ruleval_rule_group_evaluation", "1 for the place where the queries of a group are computed at present.",
            labels: group + ["place"])
        cost = registry.gauges(
            "ruleval_rule_group_evaluation_cost_seconds",
            "What a tick of a group took to fetch and compute where evaluation is 'auto', median of the last ones.",
            labels: group + ["place"])
        window = WindowMetrics(registry)
    }

    /// Shows what the window of local evaluation holds.
    func show(_ statistics: SampleWindow.Statistics) { window.show(statistics) }

    /// Sets what is known of each group and forgets the groups that are gone.
    func show(_ groups: [RuleGroupStatus]) {
        var present: Set<String> = []
        for status in groups {
            let group = Self.label(file: status.group.file, name: status.group.name)
            present.insert(group)
            // A counter that begins with its first event hides that event from rate().
            for family in [evaluations, failures, iterations, missed] { _ = family.with(group) }
            rules.with(group).set(Double(status.rules.count))
            interval.with(group).set(status.interval.seconds)
            for one in EvaluationPlace.allCases {
                place.with(group, one.rawValue).set(status.evaluation.place == one ? 1 : 0)
                let taken = one == .remote ? status.evaluation.remoteCost : status.evaluation.localCost
                if let taken { cost.with(group, one.rawValue).set(taken.seconds) }
            }
            lastSamples.with(group).set(Double(status.rules.reduce(0) { $0 + $1.samplesGiven }))
        }
        let isGone: ([String]) -> Bool = { $0.first.map { !present.contains($0) } ?? true }
        for family in [evaluations, failures, iterations, missed] { family.remove(where: isGone) }
        for family in [lastDuration, lastEvaluation, rules, interval, lastSamples, place, cost] {
            family.remove(where: isGone)
        }
    }

    func note(_ observation: EvaluationObservation) {
        switch observation {
        case .rule(let identity, _, let took, _, _, let gaveNothing):
            let group = Self.label(file: identity.file, name: identity.group)
            evaluations.with(group).increment()
            ownEvaluations.increment()
            if gaveNothing {
                failures.with(group).increment()
                ownFailures.increment()
            }
            duration.observe(took.seconds)
        case .warned(_, _, let told): if !told.isEmpty { warnings.increment() }
        case .group(let file, let name, let took, let skipped, let time):
            let group = Self.label(file: file, name: name)
            iterations.with(group).increment(by: Double(max(1, skipped)))
            if skipped > 0 {
                missed.with(group).increment(by: Double(skipped))
                ownMissed.increment(by: Double(skipped))
                return
            }
            groupDuration.observe(took.seconds)
            lastDuration.with(group).set(took.seconds)
            lastEvaluation.with(group).set(time.seconds)
        }
    }

    private static func label(file: String, name: String) -> String { "\(file);\(name)" }
}
