import Base
import HTTPServer
import HTTPTransport
import Testing
import TimeSeries

@testable import Web

@Suite("ruleval's own API")
struct OwnAPITests {
    private static let webhook = """
        {"receiver":"ruleval","status":"firing","version":"4","groupKey":"{}:{}","truncatedAlerts":0,
         "groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"http://am:9093",
         "alerts":[
          {"status":"firing","labels":{"alertname":"A","x":""},"annotations":{"s":"t"},"fingerprint":"0011223344556677",
           "startsAt":"2026-01-02T03:04:05.5Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://p/graph"},
          {"status":"firing","labels":{"alertname":"F"},"startsAt":"2026-01-02T03:04:05Z","endsAt":"2026-01-02T04:04:05Z"},
          {"status":"resolved","labels":{"alertname":"B"},"annotations":{},
           "startsAt":"2026-01-02T03:04:05Z","endsAt":"2026-01-02T03:14:05Z"},
          {"status":"resolved","labels":{"alertname":"C"},"startsAt":"2026-01-02T03:04:05Z"}]}
        """

    @Test func takesTheWebhookOfAnotherAlertmanager() async {
        let surface = Surface()
        let answer = await surface.ask("POST", "/api/v1/webhook/alertmanager", Self.webhook)
        #expect(answer.status == 200)
        #expect(answer.text == #"{"status":"success","data":{"alerts":4}}"#)
        let posted = surface.backend.state.withLock { $0.posted }
        #expect(posted.allSatisfy { $0.source == .webhook })
        #expect(posted.map { $0.alert.labels.value(of: "alertname") } == ["A", "F", "B", "C"])
        #expect(posted[0].alert.endsAt == nil && posted[1].alert.endsAt == nil)
        #expect(posted[0].alert.startsAt == RFC3339.parse("2026-01-02T03:04:05.5Z"))
        #expect(posted[2].alert.endsAt == RFC3339.parse("2026-01-02T03:14:05Z"))
        #expect(posted[3].alert.endsAt == FakeBackend.now)
    }

    @Test func takesGrafanasBodyWhichCallsItselfVersion1() async {
        let surface = Surface()
        let body = Self.webhook.replacing(
            "\"version\":\"4\"", with: "\"version\":\"1\",\"orgId\":1,\"state\":\"alerting\""
        )
        .replacing("\"fingerprint\"", with: "\"values\":{\"B\":44.2},\"silenceURL\":\"http://g/s\",\"fingerprint\"")
        #expect(await surface.ask("POST", "/api/v1/webhook/alertmanager", body).status == 200)
        #expect(surface.backend.state.withLock { $0.posted.count } == 4)
    }

    @Test(arguments: [
        ("x", "the body is no JSON"),
        ("[]", "must be an object"),
        (#"{"alerts":[]}"#, #"\"version\" must be \"4\""#),
        (#"{"version":"3","alerts":[]}"#, #"\"version\" must be \"4\""#),
        (#"{"version":"4"}"#, #"\"alerts\" must be a list"#),
        (#"{"version":"4","alerts":[null]}"#, "alerts[0] must be an object"),
        (#"{"version":"4","alerts":[{"status":"on"}]}"#, "alerts[0].status"),
        (#"{"version":"4","alerts":[{"status":"firing","labels":{"a":1}}]}"#, "alerts[0].labels.a must be a text"),
        (#"{"version":"4","alerts":[{"status":"firing","labels":{"a":"b"},"startsAt":"x"}]}"#, "alerts[0].startsAt"),
        (#"{"version":"4","alerts":[{"status":"firing","labels":{}}]}"#, "at least one label pair required"),
    ])
    func refusesOtherBodies(_ body: String, _ reason: String) async {
        let answer = await Surface().ask("POST", "/api/v1/webhook/alertmanager", body)
        #expect(answer.status == 400)
        #expect(answer.text.hasPrefix(#"{"status":"error","errorType":"bad_data","error":""#))
        #expect(answer.text.contains(reason))
    }

    private static func withIncidents() -> Surface {
        let surface = Surface()
        surface.backend.state.withLock { state in
            state.incidents = [
                IncidentView(
                    id: "i-2", status: "open", title: "Down <b>", groupKey: "{}:{a=\"b\"}", labels: ["a": "b"],
                    firingAlerts: 2, policy: "standard", step: 1, openedAt: FakeBackend.now,
                    nextEscalationAt: FakeBackend.now + .seconds(60), note: "n",
                    events: [.init(at: FakeBackend.now, text: "opened")]),
                IncidentView(
                    id: "i-1", status: "resolved", title: "Old", groupKey: "k", labels: .empty, firingAlerts: 0,
                    openedAt: .zero, resolvedAt: Timestamp(milliseconds: 1)),
            ]
        }
        return surface
    }

    @Test func listsIncidents() async {
        let surface = Self.withIncidents()
        #expect(
            await surface.ask("GET", "/api/v1/incidents?status=open").text
                == #"{"status":"success","data":{"incidents":[{"id":"i-2","status":"open","title":"Down \u003cb\u003e","#
                + #""groupKey":"{}:{a=\"b\"}","labels":{"a":"b"},"firingAlerts":2,"escalationPolicy":"standard","#
                + #""step":1,"openedAt":"2027-01-15T08:00:00.5Z","nextEscalationAt":"2027-01-15T08:01:00.5Z","#
                + #""note":"n","events":[{"at":"2027-01-15T08:00:00.5Z","text":"opened"}]}]}}"#)
        #expect(await surface.ask("GET", "/api/v1/incidents").text.contains("i-1"))
        #expect(await surface.ask("GET", "/api/v1/incidents/i-1").status == 200)
        #expect(await surface.ask("GET", "/api/v1/incidents/i-9").status == 404)
        #expect(await surface.ask("GET", "/api/v1/incidents?status=x").status == 400)
    }

    @Test func acknowledges() async {
        let surface = Self.withIncidents()
        let answer = await surface.ask("POST", "/api/v1/incidents/i-2/ack", #"{"by":"ann","comment":"on it"}"#)
        #expect(answer.status == 200)
        #expect(answer.text.contains(#""status":"acknowledged""#) && answer.text.contains(#""acknowledgedBy":"ann""#))
        _ = await surface.ask(
            "POST", "/api/v1/incidents/i-2/ack", type: "application/x-www-form-urlencoded", "by=bob&comment=me+too")
        _ = await surface.ask("POST", "/api/v1/incidents/i-2/ack", type: nil)
        #expect(surface.backend.state.withLock { $0.acknowledgements } == ["i-2 ann on it", "i-2 bob me too", "i-2  "])
        #expect(await surface.ask("POST", "/api/v1/incidents/i-1/ack").status == 409)
        #expect(await surface.ask("POST", "/api/v1/incidents/i-9/ack").status == 404)
        #expect(await surface.ask("GET", "/api/v1/incidents/i-2/ack").status == 405)
        #expect(await surface.ask("POST", "/api/v1/incidents/i-2/ack", "[]").status == 400)
        #expect(await surface.ask("POST", "/api/v1/incidents/i-2/ack", #"{"who":"x"}"#).status == 400)
    }

    @Test func saysWhetherItLivesIsReadyAndKeepsUp() async {
        let surface = Surface()
        #expect(await surface.ask("GET", "/-/healthy").status == 200)
        #expect(await surface.ask("GET", "/-/ready").text == "ruleval is ready.\n")
        #expect(await surface.ask("GET", "/health/live").text == #"{"status":"live"}"#)
        surface.backend.state.withLock {
            $0.checks = [
                HealthCheckView("state", isHealthy: false, message: "disk full"),
                HealthCheckView("datasource", isHealthy: false, message: "no answer", isRequired: false),
            ]
        }
        let ready = await surface.ask("GET", "/-/ready")
        #expect(ready.status == 503 && ready.text == "not ready: state: disk full\n")
        let long = await surface.ask("GET", "/health/ready")
        #expect(long.status == 503)
        #expect(
            long.text
                == #"{"status":"not ready","checks":[{"name":"state","healthy":false,"required":true,"#
                + #""message":"disk full"},{"name":"datasource","healthy":false,"required":false,"message":"no answer"}]}"#
        )
        #expect(
            await surface.ask("GET", "/health/performance").text
                == #"{"score":90,"evaluationLagSeconds":0.25,"missedIterations":0,"rules":3,"failingRules":1,"#
                + #""queues":{"notifications":0,"remoteWriteSamples":0}}"#)
    }

    @Test func reloads() async {
        let surface = Surface()
        #expect(await surface.ask("GET", "/-/reload").status == 405)
        #expect(await surface.ask("POST", "/-/reload").status == 200)
        surface.backend.state.withLock { $0.failure = .failed("ruleval.yml:3:1: error: unknown key") }
        let answer = await surface.ask("PUT", "/-/reload")
        #expect(answer.status == 500)
        #expect(answer.text == "failed to reload config: ruleval.yml:3:1: error: unknown key\n")
        #expect(surface.backend.state.withLock { $0.reloads } == 1)
    }

    @Test func countsRequestsByRoute() async {
        let surface = Surface()
        _ = await surface.ask("GET", "/api/v1/incidents/some-id")
        _ = await surface.ask("GET", "/no/such/path")
        let answer = await surface.ask("GET", "/metrics")
        #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(
            answer.text.contains(
                #"prometheus_http_requests_total{code="404",handler="/api/v1/incidents/{id}"} 1"#))
        #expect(answer.text.contains(#"prometheus_http_requests_total{code="404",handler="none"} 1"#))
    }

    @Test func countsAlerts() async {
        let surface = Surface()
        _ = await surface.ask(
            "POST", "/api/v2/alerts",
            #"[{"labels":{"alertname":"A"}},{"labels":{}},{"labels":{"alertname":"B"},"endsAt":"2020-01-01T00:00:00Z"}]"#
        )
        _ = await surface.ask("POST", "/api/v1/webhook/alertmanager", Self.webhook)
        let text = await surface.ask("GET", "/metrics").text
        for line in [
            #"alertmanager_alerts_received_total{status="firing",version="v2"} 2"#,
            #"alertmanager_alerts_received_total{status="resolved",version="v2"} 1"#,
            #"alertmanager_alerts_invalid_total{version="v2"} 1"#,
            #"alertmanager_alerts_received_total{status="firing",version="webhook"} 2"#,
            #"alertmanager_alerts_received_total{status="resolved",version="webhook"} 2"#,
            #"alertmanager_alerts_invalid_total{version="webhook"} 0"#,
        ] { #expect(text.contains(line + "\n")) }
    }

    @Test(arguments: [
        (["Origin": "http://evil.example", "Host": "127.0.0.1:9595"], 403),
        (["Origin": "null", "Host": "127.0.0.1:9595"], 403),
        (["Origin": "http://127.0.0.1:9595", "Host": "127.0.0.1:9595"], 200),
        (["Host": "127.0.0.1:9595"], 200),
    ])
    func refusesChangesFromOtherSitesPages(_ headers: [String: String], _ status: Int) async {
        let surface = Surface()
        #expect(await surface.ask("POST", "/-/reload", headers: headers).status == status)
        #expect(await surface.ask("GET", "/-/healthy", headers: headers).status == 200)
    }

    @Test func speaksHTTP() async throws {
        let surface = Surface()
        let server = try HTTPServer { await surface.service.respond(to: $0) }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)"
        var post = HTTPRequest("POST", url + "/api/v2/alerts")
        post.headers = [HTTPHeader("Content-Type", "application/json")]
        post.body = Array(#"[{"labels":{"alertname":"A"}}]"#.utf8)
        let posted = try await client.send(post)
        #expect(posted.status == 200)
        let listed = try await client.send(HTTPRequest("GET", url + "/api/v2/alerts"))
        #expect(String(decoding: listed.body, as: UTF8.self).contains(#""labels":{"alertname":"A"}"#))
        await server.stop()
    }
}
