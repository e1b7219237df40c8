import JSON
import TestSupport
import Testing

/// Heartbeats and self-watch of the built binary.
@Suite("Watching itself and others")
struct HeartbeatTests {
    static let rules = """
        groups:
          - name: app
            rules:
              - {record: 'job:up:sum', expr: 'sum by (job) (up)'}
        """

    private static func configuration(_ source: String, _ endpoint: Endpoint, _ rest: String) -> String {
        """
        datasource: {url: '\(source)', timeout: 2s}
        rule_files: [rules/*.yml]
        evaluation_interval: 200ms
        external_labels: {cluster: eu}
        route: {receiver: team, group_wait: 50ms, group_interval: 200ms}
        receivers:
          - {name: team, webhook_configs: [{url: '\(endpoint.url)/team'}]}
          - {name: deadman, webhook_configs: [{url: '\(endpoint.url)/deadman'}]}
        \(rest)
        """
    }

    private static func names(_ endpoint: Endpoint, _ status: String) -> Set<String> {
        Set(
            endpoint.calls("/team").flatMap { $0.body["alerts"]?.array ?? [] }
                .filter { $0["status"]?.string == status }.compactMap { $0["labels"]?["alertname"]?.string })
    }

    @Test func silenceIsAnAlertUntilTheNextBeatAlsoAcrossARestart() async throws {
        let endpoint = try Endpoint()
        let source = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: Self.configuration(
                source.url, endpoint,
                """
                heartbeats:
                  in:
                    - {name: nightly backup, every: 2s, grace: 500ms, labels: {severity: critical}}
                    - {name: yearly, every: 365d}
                alertmanagers: [{url: '\(endpoint.url)/am'}]
                """), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await ruleval.post("/api/v1/heartbeat/nobody")?.status == 404)
        #expect(await ruleval.get("/api/v1/heartbeat/yearly")?.status == 405)
        #expect(await ruleval.post("/api/v1/heartbeat/yearly", "anything at all", type: "text/plain")?.status == 200)
        #expect(await eventually { Self.names(endpoint, "firing").contains("HeartbeatMissing") })
        let alert = endpoint.calls("/team").first?.body["alerts"]?[0]
        #expect(alert?["labels"]?["heartbeat"]?.string == "nightly backup")
        #expect(alert?["labels"]?["severity"]?.string == "critical")
        #expect(alert?["labels"]?["cluster"]?.string == "eu")
        #expect(await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array?.isEmpty == true)
        #expect(await ruleval.json("/api/v2/alerts")?.array?.count == 1)

        let before = await ruleval.json("/api/v1/heartbeats")?["data"]?["heartbeats"]
        #expect(before?[0]?["missing"]?.bool == true)
        let last = try #require(before?[1]?["last"]?.string)
        await ruleval.kill()
        try await ruleval.start()
        let after = await ruleval.json("/api/v1/heartbeats")?["data"]?["heartbeats"]
        #expect(after?[0]?["missingSince"]?.string == before?[0]?["missingSince"]?.string)
        #expect(after?[1]?["last"]?.string == last)

        #expect(await ruleval.post("/api/v1/heartbeat/nightly%20backup")?.status == 200)
        #expect(await eventually { Self.names(endpoint, "resolved").contains("HeartbeatMissing") })
        #expect(endpoint.calls("/am/api/v2/alerts").isEmpty)
        #expect(await ruleval.terminate() == 0)
    }

    @Test func damagedStateIsSaidAndWhatCanBeReadIsSaved() async throws {
        let endpoint = try Endpoint()
        let source = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: Self.configuration(
                source.url, endpoint,
                "self_watch: {interval: 200ms}\nheartbeats: {in: [{name: yearly, every: 365d}]}"),
            rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await ruleval.post("/api/v1/heartbeat/yearly")?.status == 200)
        #expect(await ruleval.terminate() == 0)
        let file = ruleval.folder.path + "/state/ruleval.db"
        var bytes = TemporaryFolder.bytes(of: file, limit: 64 << 20)
        let last = bytes.count - 4096
        for index in last..<bytes.count { bytes[index] = 0xA5 }
        try HostileFile.write(bytes, to: file)
        try await ruleval.start()
        #expect(ruleval.process?.errorOutput.contains("is damaged") == true)
        #expect(await eventually { Self.names(endpoint, "firing").contains("RulevalStateFailing") })
        let metrics = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
        #expect(metrics.contains("ruleval_state_damaged 1"))
        #expect(await ruleval.rule("job:up:sum") != nil)
        #expect(await ruleval.terminate() == 0)
    }

    @Test func beatsLeaveWhileTheSourceAnswersOnlyAndItsSilenceIsTold() async throws {
        let endpoint = try Endpoint()
        let source = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: Self.configuration(
                source.url, endpoint,
                """
                heartbeats: {out: [{receiver: deadman, every: 300ms}]}
                self_watch: {interval: 200ms, for: 500ms}
                alertmanagers: [{url: '\(endpoint.url)/am'}]
                """), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { endpoint.calls("/deadman").count > 2 })
        let beat = endpoint.calls("/deadman").first?.body["alerts"]?[0]
        #expect(beat?["labels"]?["alertname"]?.string == "Heartbeat")
        #expect(beat?["status"]?.string == "firing")

        source.becomes(.reset)
        #expect(await eventually { Self.names(endpoint, "firing").isSuperset(of: ["RulevalSourceDown"]) })
        #expect(await eventually { Self.names(endpoint, "firing").contains("RulevalRuleFailing") })
        let beats = endpoint.calls("/deadman").count
        // Two looks at ruleval lie between: a beat that was on its way has arrived.
        let withheld = "ruleval_heartbeats_withheld_total{receiver=\"deadman\"}"
        #expect(
            await eventually {
                let text = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
                return text.contains(withheld)
            })
        #expect(endpoint.calls("/deadman").count <= beats + 1)
        #expect(await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array?.isEmpty == true)
        #expect(endpoint.calls("/am/api/v2/alerts").isEmpty)

        source.becomes(.well)
        let quiet = endpoint.calls("/deadman").count
        #expect(await eventually { endpoint.calls("/deadman").count > quiet + 1 })
        #expect(
            await eventually {
                Self.names(endpoint, "resolved").isSuperset(of: ["RulevalSourceDown", "RulevalRuleFailing"])
            })
        #expect(await ruleval.terminate() == 0)
    }
}
