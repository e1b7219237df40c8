import JSON
import TestSupport
import Testing

/// Alertmanager's public alert rules and dashboards work on ruleval's own metrics.
@Suite("Alertmanager's mixin", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
struct MixinTests {
    /// What the panels of the mixin's dashboard select.
    private static let dashboard = [
        "alertmanager_alerts", "alertmanager_alerts_received_total", "alertmanager_alerts_invalid_total",
        "alertmanager_notifications_total", "alertmanager_notifications_failed_total",
        "alertmanager_notification_latency_seconds_bucket", "alertmanager_notification_latency_seconds_sum",
        "alertmanager_notification_latency_seconds_count", "process_start_time_seconds", "up",
    ]

    private static let rulesPath =
        "/rules/openshift+cluster-monitoring-operator/assets/alertmanager/prometheus-rule.yaml"

    private static func configuration(_ endpoint: Endpoint, source: String) -> String {
        """
        datasource: {url: '\(source)'}
        rule_files: [rules/*.yml]
        evaluation_interval: 1s
        route: {receiver: team, group_wait: 0s, group_interval: 200ms}
        receivers: [{name: team, webhook_configs: [{url: '\(endpoint.url)/fail400x100000'}]}]
        """
    }

    @Test func evaluatesWithoutAFailureAndFindsEveryMetric() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: "")
        // The rules select by these names of jobs; a cluster's services have namespaces.
        let prometheus = try #require(
            try await RealPrometheus.start(
                scraping: "127.0.0.1:\(ruleval.port)", job: "alertmanager-main",
                labels: ["namespace": "monitoring", "service": "alertmanager-main"]))
        try ruleval.folder.write("ruleval.yml", Self.configuration(endpoint, source: prometheus.url))
        var metrics = Set(Self.dashboard)
        var names: [String] = []
        if let corpus = Surroundings.corpus() {
            let text = TemporaryFolder.text(of: corpus + Self.rulesPath)
            try ruleval.folder.write("rules/mixin.yml", text)
            for found in text.matches(of: /alertmanager_[a-z_]+|process_start_time_seconds/) {
                metrics.insert(String(found.output))
            }
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ").filter { $0 != "-" }
                if words.count == 2, words[0] == "alert:" { names.append(String(words[1])) }
            }
            #expect(names.count >= 6)
        }
        try await ruleval.start()
        let posted = #"[{"labels":{"alertname":"A"}},{"labels":{"alertname":"B"}}]"#
        #expect(await ruleval.post("/api/v2/alerts", posted)?.status == 200)
        for metric in metrics.sorted() {
            let exists = await eventually(within: .seconds(20)) {
                await prometheus.count("\(metric){job=\"alertmanager-main\"}") ?? 0 > 0
            }
            #expect(exists, "\(metric) does not exist")
        }
        for name in names {
            let isWell = await eventually(within: .seconds(20)) {
                await ruleval.rule(name)?["health"]?.string == "ok"
            }
            let error = await ruleval.rule(name)?["lastError"]?.string ?? ""
            #expect(isWell, "\(name): \(error)")
        }
        // The receiver refuses every message: the rule for that sees it.
        let failing = """
            rate(alertmanager_notifications_failed_total{job="alertmanager-main"}[1m]) \
            / ignoring (reason) group_left rate(alertmanager_notifications_total{job="alertmanager-main"}[1m]) > 0.01
            """
        let isSeen = await eventually(within: .seconds(30)) {
            let name = "C\(Int.random(in: 0..<1_000_000))"
            _ = await ruleval.post("/api/v2/alerts", "[{\"labels\":{\"alertname\":\"\(name)\"}}]")
            return await prometheus.count(failing) ?? 0 > 0
        }
        #expect(isSeen)
        Surroundings.say("mixin: \(names.count) rules, \(metrics.count) metrics")
        await prometheus.kill()
        #expect(await ruleval.terminate() == 0)
    }
}
