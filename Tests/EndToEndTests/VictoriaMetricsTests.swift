import JSON
import TestSupport
import Testing

/// The same rules on a real VictoriaMetrics, which has no remote read, in each mode of evaluation.
@Suite("On VictoriaMetrics", .serialized, .enabled(if: Surroundings.hasPeer("victoria-metrics")))
struct VictoriaMetricsTests {
    static let rules = """
        groups:
          - name: app
            rules:
              - {record: 'app:queue:double', expr: app_queue * 2}
              - {alert: Long, expr: 'app_queue > 10', labels: {severity: page}}
              - {alert: Chained, expr: 'app:queue:double > 20'}
              - {alert: Pending, expr: 'sum by (job) (app_queue) > 10', for: 1h}
              - {alert: Subquery, expr: 'max_over_time(app_queue[10s:1s]) > 10'}
              - {alert: Quiet, expr: 'app_queue > 1000'}
              - {alert: Range, expr: 'count_over_time(app_queue{queue="b"}[5m]) > 2'}
              - {alert: Gone, expr: 'absent(no_such_series{job="x"})'}
        """

    @Test func theSameRulesGiveTheSameAlertsInEachMode() async throws {
        let exporter = try Exporter("app_queue{queue=\"a\"} 3\napp_queue{queue=\"b\"} 15\n")
        var seen: [String: [String]] = [:]
        for mode in ["remote", "local", "auto"] {
            let server = try #require(try await RealVictoriaMetrics.start(scraping: exporter.target))
            let ruleval = try Ruleval(
                configuration: """
                    datasource: {url: '\(server.url)', evaluation: \(mode)}
                    rule_files: [rules/*.yml]
                    evaluation_interval: 500ms
                    external_labels: {cluster: eu}
                    remote_write: [{url: '\(server.url)/api/v1/write'}]
                    """, rules: ["app.yml": Self.rules])
            try await ruleval.start()
            @Sendable func alerts() async -> [String] {
                let all = await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array ?? []
                return all.map { alert in
                    let labels = alert["labels"]
                    let names = ["alertname", "instance", "job", "queue", "severity"]
                    return names.map { labels?[$0]?.string ?? "-" }.joined(separator: " ")
                        + " \(alert["state"]?.string ?? "") \(alert["value"]?.string ?? "")"
                }.filter { !$0.hasPrefix("Range") }.sorted()
            }
            #expect(await eventually(within: .seconds(40)) { await alerts().count == 5 }, "\(mode)")
            #expect(await eventually { await ruleval.rule("Range")?["state"]?.string == "firing" }, "\(mode)")
            for name in ["app:queue:double", "Long", "Chained", "Subquery", "Range", "Gone", "Quiet"] {
                #expect(await ruleval.rule(name)?["health"]?.string == "ok", "\(mode) \(name)")
            }
            seen[mode] = await alerts()
            // What it recorded is there to be queried: remote write in.
            let peer = Peer(port: server.port)
            #expect(
                await eventually(within: .seconds(20)) {
                    await peer.count("last_over_time(app:queue:double{cluster=\"eu\"}[1m])") == 2
                }, "\(mode)")
            // Also now that a chained rule could see what came back.
            #expect(await alerts() == seen[mode], "\(mode)")
            if mode == "local" {
                // Found out once, whatever is reloaded, and told.
                #expect(await ruleval.post("/-/reload")?.status == 200)
                let metrics = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
                #expect(metrics.contains("ruleval_datasource_remote_read{server=\"127.0.0.1:\(server.port)\"} 0\n"))
                let log = ruleval.process?.errorOutput ?? ""
                #expect(
                    log.split(separator: "\n").count { $0.contains("no remote read, asking for range selectors") } == 1)
            }
            #expect(await ruleval.terminate() == 0)
            server.kill()
        }
        #expect(seen["local"] == seen["remote"])
        #expect(seen["auto"] == seen["remote"])
        #expect(seen["remote"]?.count == 5)
    }
}
