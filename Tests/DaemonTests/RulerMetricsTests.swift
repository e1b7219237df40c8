import Base
import Ruler
import Testing

@testable import Daemon

/// What of evaluations is counted.
@Suite("Metrics of rules")
struct RulerMetricsTests {
    /// - Source: observed on Prometheus 3.5.3: samples that contradict another rule's are an error of the rule only.
    @Test func onlyAnEvaluationWithoutAResultCountsAsFailed() async {
        let registry = MetricsRegistry()
        let metrics = RulerMetrics(registry)
        let rule = RuleIdentity(file: "a.yml", group: "g", rule: "record:r{}#0")
        for (error, gaveNothing) in [(nil, false), ("duplicate sample", false), ("no answer", true)] {
            metrics.note(
                .rule(rule, name: "r", duration: .zero, samples: 1, error: error, gaveNothing: gaveNothing))
        }
        metrics.note(.warned(rule, name: "r", warnings: ["a store did not answer"]))
        metrics.note(.warned(rule, name: "r", warnings: []))
        let text = await registry.exposition()
        #expect(text.contains("\nruleval_rule_evaluation_warnings_total 1\n"))
        #expect(text.contains(#"prometheus_rule_evaluations_total{rule_group="a.yml;g"} 3"#))
        #expect(text.contains(#"prometheus_rule_evaluation_failures_total{rule_group="a.yml;g"} 1"#))
        #expect(text.contains("\nruleval_rule_evaluation_failures_total 1\n"))
    }
}
