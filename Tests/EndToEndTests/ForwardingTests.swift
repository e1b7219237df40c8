import HTTPTransport
import JSON
import TestSupport
import Testing

/// ruleval beside a Prometheus and its Alertmanager: recorded samples and alerts leave for them.
@Suite("Beside Prometheus and Alertmanager", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
struct ForwardingTests {
    static let rules = """
        groups:
          - name: app
            rules:
              - {record: 'app:queue:double', expr: app_queue * 2}
              - {record: 'app:secret', expr: app_queue * 3}
              - alert: QueueLong
                expr: app:queue:double > 20
                labels: {severity: critical}
                annotations: {summary: 'queue is {{ $value }}'}
        """

    static func configuration(_ prometheus: RealPrometheus, _ rest: String) -> String {
        """
        datasource: {url: '\(prometheus.url)'}
        rule_files: [rules/*.yml]
        evaluation_interval: 200ms
        resend_delay: 500ms
        external_url: http://ruleval.example.org
        external_labels: {cluster: eu}
        \(rest)
        """
    }

    /// A server that takes connections and never answers.
    private static func hanging() -> ScriptedServer { ScriptedServer { $0.waitForClose() } }

    private func metric(_ ruleval: Ruleval, _ line: String) async -> Double? {
        let text = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix(line) }.flatMap { line in
            line.split(separator: " ").last.flatMap { Double($0) }
        }
    }

    @Test func recordedSamplesArriveWithinTwoSecondsThoughAnotherTargetHangs() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        #expect(await eventually { await prometheus.count("app_queue") == 1 })
        let hanging = Self.hanging()
        let ruleval = try Ruleval(
            configuration: Self.configuration(
                prometheus,
                """
                remote_write:
                  - {url: '\(hanging.url)/write'}
                  - url: '\(prometheus.url)/api/v1/write'
                    name: home
                    write_relabel_configs: [{source_labels: [__name__], regex: 'app:secret', action: drop}]
                """),
            rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { await ruleval.rule("app:queue:double")?["health"]?.string == "ok" })
        #expect(
            await eventually(within: .seconds(2)) {
                await prometheus.count(#"app:queue:double{cluster="eu",job="app"} == 30"#) == 1
            })
        #expect(await eventually { await prometheus.count(#"ALERTS{alertstate="firing",cluster="eu"}"#) == 1 })
        #expect(await eventually { await prometheus.count("ALERTS_FOR_STATE > 1e9") == 1 })
        // What came back with the external label is not taken for another series.
        #expect(await eventually { await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array?.count == 1 })
        #expect(await prometheus.count(#"{__name__="app:secret"}"#) == 0)

        // Series that end are ended there as well, by stale markers.
        exporter.expose("app_queue 3\n")
        #expect(await eventually { await prometheus.count("ALERTS") == 0 })
        #expect(await eventually { await prometheus.count("app:queue:double == 6") == 1 })

        let name = #"{remote_name="home""#
        #expect(try #require(await metric(ruleval, "prometheus_remote_storage_samples_total" + name)) > 5)
        #expect(await metric(ruleval, "prometheus_remote_storage_samples_failed_total" + name) == 0)
        #expect(try #require(await metric(ruleval, "prometheus_remote_storage_samples_dropped_total" + name)) > 0)
        #expect(try #require(await metric(ruleval, "prometheus_remote_storage_samples_pending{remote_name=\"127")) > 5)
        #expect(await metric(ruleval, "prometheus_rule_group_rules") == 3)
        #expect(await metric(ruleval, "prometheus_rule_group_interval_seconds") == 0.2)
        #expect(await metric(ruleval, "prometheus_config_last_reload_successful") == 1)
        #expect(try #require(await metric(ruleval, "process_resident_memory_bytes")) > 1e6)
        #expect(try #require(await metric(ruleval, "ruleval_state_transactions_total")) > 0)
        #expect(await ruleval.terminate() == 0)
        await prometheus.kill()
    }

    @Test func anOutageOfTheTargetLosesNothingAndRefusalsAreCounted() async throws {
        let exporter = try Exporter("app_queue 1\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let target = try Endpoint()
        target.answer(503)
        let ruleval = try Ruleval(
            configuration: Self.configuration(prometheus, "remote_write: [{url: '\(target.url)/write', name: t}]"),
            rules: ["app.yml": Self.rules])
        try await ruleval.start()
        let retried = #"prometheus_remote_storage_samples_retried_total{remote_name="t""#
        #expect(await eventually { await metric(ruleval, retried) ?? 0 > 2 })
        #expect(target.calls().isEmpty)
        target.answer(200)
        let pending = #"prometheus_remote_storage_samples_pending{remote_name="t""#
        #expect(await eventually { !target.calls().isEmpty })
        #expect(await eventually { await metric(ruleval, pending) ?? 99 <= 4 })
        #expect(await metric(ruleval, #"prometheus_remote_storage_samples_failed_total{remote_name="t""#) == 0)
        target.answer(400, "out of bounds")
        #expect(
            await eventually {
                await metric(ruleval, #"prometheus_remote_storage_samples_failed_total{remote_name="t""#) ?? 0 > 0
            })
        #expect(await ruleval.terminate() == 0)
        await prometheus.kill()
    }

    @Test(.enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
    func alertsReachARealAlertmanagerWithoutARoute() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let endpoint = try Endpoint()
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "alertmanager.yml",
            """
            route: {receiver: hook, group_wait: 50ms, group_interval: 200ms}
            receivers: [{name: hook, webhook_configs: [{url: '\(endpoint.url)/hook'}]}]
            """)
        let alertmanager = try #require(try RealAlertmanager.start(configuration: path, folder: folder))
        let hanging = Self.hanging()
        let ruleval = try Ruleval(
            configuration: Self.configuration(
                prometheus,
                """
                alertmanagers:
                  - {url: '\(hanging.url)'}
                  - url: '\(alertmanager.url)'
                    alert_relabel_configs: [{target_label: team, replacement: web}]
                """),
            rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { endpoint.calls().count == 1 })
        let alert = try #require(endpoint.calls().first?.body["alerts"]?[0])
        #expect(alert["status"]?.string == "firing")
        #expect(alert["labels"]?["cluster"]?.string == "eu")
        #expect(alert["labels"]?["team"]?.string == "web")
        #expect(alert["annotations"]?["summary"]?.string == "queue is 30")
        #expect(
            alert["generatorURL"]?.string
                == "http://ruleval.example.org/graph?g0.expr=app%3Aqueue%3Adouble+%3E+20&g0.tab=1")
        #expect(await ruleval.json("/api/v2/alerts")?.array?.isEmpty == true)
        #expect(await eventually { await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array?.count == 1 })

        // No answer of the source is not an empty answer: the alert is prolonged beyond its four resend delays.
        await prometheus.kill()
        #expect(await eventually { await ruleval.rule("QueueLong")?["health"]?.string == "err" })
        let told = await eventually(within: .seconds(4)) { endpoint.calls().count > 1 }
        #expect(!told)
        exporter.expose("app_queue 3\n")
        try await prometheus.run()
        #expect(await eventually { endpoint.calls().last?.body["status"]?.string == "resolved" })
        #expect(endpoint.calls().count == 2)
        #expect(
            endpoint.calls().last?.body["alerts"]?[0]?["startsAt"]?.string == alert["startsAt"]?.string)
        let sent = #"prometheus_notifications_sent_total{alertmanager="\#(alertmanager.url)/api/v2/alerts"}"#
        #expect(try #require(await metric(ruleval, sent)) >= 2)
        #expect(await metric(ruleval, "prometheus_notifications_alertmanagers_discovered") == 2)
        #expect(await ruleval.terminate() == 0)
        alertmanager.stop()
        await prometheus.kill()
    }

    @Test func metricsOfVanishedGroupsAndTargetsGoAtReload() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let target = try Endpoint()
        let with = Self.configuration(prometheus, "remote_write: [{url: '\(target.url)/write', name: t}]")
        let ruleval = try Ruleval(configuration: with, rules: ["app.yml": Self.rules])
        try await ruleval.start()
        @Sendable func page() async -> String {
            await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        }
        #expect(await eventually { await page().contains(#"samples_total{remote_name="t""#) })
        #expect(await page().contains("app.yml;app\""))
        try ruleval.folder.write("rules/app.yml", "groups: [{name: other, rules: [{record: r, expr: vector(1)}]}]")
        try ruleval.folder.write("ruleval.yml", Self.configuration(prometheus, ""))
        #expect(await ruleval.post("/-/reload")?.status == 200)
        let after = await page()
        #expect(!after.contains("app.yml;app\""))
        #expect(after.contains("app.yml;other\""))
        #expect(!after.contains(#"remote_name="t""#))
        try ruleval.folder.write("ruleval.yml", "nonsense")
        #expect(await ruleval.post("/-/reload")?.status == 500)
        #expect(await metric(ruleval, "prometheus_config_last_reload_successful") == 0)
        #expect(await ruleval.terminate() == 0)
        await prometheus.kill()
    }
}
