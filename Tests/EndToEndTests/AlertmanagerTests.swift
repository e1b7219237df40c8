import JSON
import TestSupport
import Testing

/// ruleval behind a real Alertmanager: its webhook receiver.
@Suite("Behind a real Alertmanager", .serialized, .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
struct AlertmanagerTests {
    static func configuration(_ endpoint: Endpoint) -> String {
        """
        route:
          receiver: team
          group_by: [alertname]
          group_wait: 50ms
          group_interval: 200ms
          repeat_interval: 1h
          escalation_policy: on-call
        escalation_policies:
          on-call:
            steps: [{after: 1s, receiver: boss}]
        receivers:
          - name: team
            webhook_configs: [{url: '\(endpoint.url)/team'}]
          - name: boss
            webhook_configs: [{url: '\(endpoint.url)/boss'}]
        """
    }

    static func alert(_ name: String, _ times: String = "") -> String {
        #"[{"labels":{"alertname":"\#(name)","job":"api"},"annotations":{"summary":"s"}\#(times)}]"#
    }

    @Test func anAlertArrivesEscalatesAndResolves() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: Self.configuration(endpoint))
        try await ruleval.start()
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "alertmanager.yml",
            """
            route: {receiver: ruleval, group_wait: 50ms, group_interval: 200ms}
            receivers:
              - name: ruleval
                webhook_configs: [{url: '\(ruleval.url)/api/v1/webhook/alertmanager'}]
            """)
        let alertmanager = try #require(try RealAlertmanager.start(configuration: path, folder: folder))
        let api = Peer(port: alertmanager.port)
        #expect(await eventually { await api.post("/api/v2/alerts", Self.alert("Down")) == 200 })
        #expect(await eventually { endpoint.calls("/team").count == 1 && endpoint.calls("/boss").count == 1 })
        #expect(endpoint.calls("/boss").first?.body["alerts"]?[0]?["labels"]?["job"]?.string == "api")
        let incident = try #require(await ruleval.json("/api/v1/incidents")?["data"]?["incidents"]?[0])
        #expect(incident["status"]?.string == "open")

        let over = Self.alert("Down", #","endsAt":"2020-01-01T00:00:01Z","startsAt":"2020-01-01T00:00:00Z""#)
        _ = await api.post("/api/v2/alerts", over)
        #expect(await eventually { endpoint.calls("/team").last?.body["status"]?.string == "resolved" })
        #expect(
            await eventually {
                await ruleval.json("/api/v1/incidents")?["data"]?["incidents"]?[0]?["status"]?.string == "resolved"
            })
        #expect(await ruleval.terminate() == 0)
        alertmanager.stop()
    }

    @Test func acknowledgedIncidentsDoNotEscalate() async throws {
        let endpoint = try Endpoint()
        let text = Self.configuration(endpoint).replacing("after: 1s", with: "after: 3s")
        let ruleval = try Ruleval(configuration: text)
        try await ruleval.start()
        #expect(await ruleval.post("/api/v2/alerts", Self.alert("Down"))?.status == 200)
        #expect(await eventually { endpoint.calls("/team").count == 1 })
        #expect(await eventually { await ruleval.json("/api/v1/incidents")?["data"]?["incidents"]?[0] != nil })
        let id = try #require(await ruleval.json("/api/v1/incidents")?["data"]?["incidents"]?[0]?["id"]?.string)
        let acknowledged = try await ChildProcess.run(
            Surroundings.binary, ["ack", id, "--by", "ada", "--url", ruleval.url], folder: ruleval.folder)
        #expect(acknowledged.status == 0, "\(acknowledged.error)")
        let listed = try await ChildProcess.run(
            Surroundings.binary, ["incidents", "--url", ruleval.url], folder: ruleval.folder)
        #expect(listed.output.contains("acknowledged"))
        #expect(listed.output.contains("ada"))
        let escalated = await eventually(within: .seconds(4)) { !endpoint.calls("/boss").isEmpty }
        #expect(!escalated)
        let unknown = try await ChildProcess.run(
            Surroundings.binary, ["ack", "nobody", "--url", ruleval.url], folder: ruleval.folder)
        #expect(unknown.status == 1)
        #expect(await ruleval.terminate() == 0)
    }

    @Test func anUnacknowledgedIncidentEscalatesAcrossAKill() async throws {
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(configuration: Self.configuration(endpoint))
        try await ruleval.start()
        #expect(await ruleval.post("/api/v2/alerts", Self.alert("Down"))?.status == 200)
        #expect(await eventually { endpoint.calls("/team").count == 1 })
        #expect(await eventually { await ruleval.json("/api/v1/incidents")?["data"]?["incidents"]?[0] != nil })
        await ruleval.kill()
        try await ruleval.start()
        #expect(await eventually { endpoint.calls("/boss").count == 1 })
        // The kill may have come between the team's message and its note: then that one was sent again, once.
        #expect(endpoint.calls("/team").count <= 2)
        let repeated = await eventually(within: .seconds(2)) { endpoint.calls("/boss").count > 1 }
        #expect(!repeated)
        #expect(await ruleval.terminate() == 0)
    }
}
