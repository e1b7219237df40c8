import JSON
import TestSupport
import Testing

/// Where alerts come from in practice: another Alertmanager's webhook, with groups and repeats of its own, and a
/// Prometheus that posts to API v2.
@Suite("Alerts of real programs", .serialized)
struct AlertSourceTests {
    private static func configuration(_ endpoint: Endpoint, groupBy: String) -> String {
        """
        route: {receiver: team, group_by: [\(groupBy)], group_wait: 100ms, group_interval: 300ms, repeat_interval: 1h}
        receivers: [{name: team, webhook_configs: [{url: '\(endpoint.url)/team', send_resolved: true}]}]
        """
    }

    private static func alert(_ name: String, _ job: String, ended: Bool = false) -> String {
        let times = ended ? #","startsAt":"2026-01-01T00:00:00Z","endsAt":"2026-01-01T00:00:01Z""# : ""
        return #"{"labels":{"alertname":"\#(name)","job":"\#(job)"},"annotations":{"s":"of \#(job)"}\#(times)}"#
    }

    /// How often the webhook brought an alert in a state.
    private static func received(_ ruleval: Ruleval, _ status: String, version: String) async -> Int {
        let text = String(decoding: await ruleval.get("/metrics")?.body ?? [], as: UTF8.self)
        let name = #"alertmanager_alerts_received_total{status="\#(status)",version="\#(version)"} "#
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Int($0.dropFirst(name.count)) } ?? 0
    }

    @Test(.enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
    func anAlertmanagerInFrontGroupsAndRepeatsAsItLikesAndOursAreToldOnce() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: Self.configuration(endpoint, groupBy: "alertname"))
        try await ruleval.start()
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "alertmanager.yml",
            """
            route: {receiver: ruleval, group_by: [job], group_wait: 50ms, group_interval: 200ms, repeat_interval: 400ms}
            receivers:
              - name: ruleval
                webhook_configs: [{url: '\(ruleval.url)/api/v1/webhook/alertmanager', max_alerts: 2}]
            """)
        let alertmanager = try #require(try RealAlertmanager.start(configuration: path, folder: folder))
        let api = Peer(port: alertmanager.port)
        // Its groups are by job, ours by name; the third alert of job b is cut off by max_alerts.
        let names = [("Up", "a"), ("Down", "a"), ("Down", "b"), ("Up", "b"), ("Zero", "b")]
        let all = "[" + names.map { Self.alert($0.0, $0.1) }.joined(separator: ",") + "]"
        #expect(await eventually { await api.post("/api/v2/alerts", all) == 200 })
        // First messages and three repeats of each of its two groups.
        #expect(
            await eventually(within: .seconds(30)) { await Self.received(ruleval, "firing", version: "webhook") >= 16 })
        let shown = await ruleval.json("/api/v2/alerts")?.array ?? []
        #expect(shown.count == 4)
        #expect(
            Set(shown.compactMap { $0["annotations"]?["s"]?.string }) == ["of a", "of b"])
        #expect(shown.allSatisfy { $0["generatorURL"] == nil || $0["generatorURL"]?.string != "" })
        // Two groups of ours, each told once for each set of members, however often the alerts are repeated.
        #expect(await eventually { Set(endpoint.calls("/team").compactMap { Self.group($0) }) == ["Up", "Down"] })
        for name in ["Up", "Down"] {
            let told = endpoint.calls("/team").filter { Self.group($0) == name }
            #expect(told.count <= 2, "\(name) was told \(told.count) times")
            #expect(told.last?.body["alerts"]?.array?.count == 2)
        }
        let before = endpoint.calls("/team").count
        let ended = "[" + names.map { Self.alert($0.0, $0.1, ended: true) }.joined(separator: ",") + "]"
        #expect(await api.post("/api/v2/alerts", ended) == 200)
        #expect(
            await eventually(within: .seconds(20)) {
                ["Up", "Down"].allSatisfy { name in
                    endpoint.calls("/team").last { Self.group($0) == name }?.body["status"]?.string == "resolved"
                }
            })
        #expect(await eventually { await ruleval.json("/api/v2/alerts")?.array?.isEmpty == true })
        #expect(endpoint.calls("/team").count <= before + 4)
        alertmanager.stop()
        #expect(await ruleval.terminate() == 0)
    }

    private static func group(_ call: Endpoint.Call) -> String? { call.body["groupLabels"]?["alertname"]?.string }

    @Test(.enabled(if: Surroundings.hasPeer("prometheus")))
    func aPrometheusPostsAgainAndAgainAndTheEndIsTold() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: Self.configuration(endpoint, groupBy: "job"))
        try await ruleval.start()
        let exporter = try Exporter("app_queue 60\n")
        let rules = """
            groups:
              - name: g
                interval: 500ms
                rules:
                  - alert: High
                    expr: app_queue > 50
                    labels: {severity: page}
                    annotations: {summary: '{{ $labels.instance }} at {{ $value }}'}

            """
        let prometheus = try #require(
            try await RealPrometheus.start(scraping: exporter.target, rules: rules, alertmanager: ruleval.url))
        #expect(await eventually(within: .seconds(30)) { endpoint.calls("/team").count == 1 })
        let told = try #require(endpoint.calls("/team").first?.body)
        #expect(told["status"]?.string == "firing")
        #expect(told["alerts"]?[0]?["annotations"]?["summary"]?.string == "\(exporter.target) at 60")
        #expect(told["alerts"]?[0]?["generatorURL"]?.string?.hasPrefix(prometheus.url) == true)
        #expect(told["commonLabels"]?["severity"]?.string == "page")
        #expect(await eventually(within: .seconds(30)) { await Self.received(ruleval, "firing", version: "v2") >= 3 })
        #expect(endpoint.calls("/team").count == 1, "repeats are no news")
        exporter.expose("app_queue 1\n")
        #expect(await eventually(within: .seconds(30)) { endpoint.calls("/team").count == 2 })
        #expect(endpoint.calls("/team").last?.body["status"]?.string == "resolved")
        #expect(await Self.received(ruleval, "resolved", version: "v2") >= 1)
        await prometheus.kill()
        #expect(await ruleval.terminate() == 0)
    }
}
