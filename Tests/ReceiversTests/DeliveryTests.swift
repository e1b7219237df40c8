import Alerts
import Base
import HTTPServer
import HTTPTransport
import TestSupport
import Testing
import TimeSeries

@testable import Receivers

@Suite("Deliveries")
struct DeliveryTests {
    static let notification: Notification = {
        let start = Timestamp(milliseconds: 1_700_000_000_000)
        let alert = Alert(
            labels: ["alertname": "A", "i": "1\r\nBcc: evil@example.org"], startsAt: start, endsAt: start,
            updatedAt: start)
        return Notification(
            receiver: "r", groupKey: GroupKey(text: "{}:{}"), groupLabels: ["alertname": "A"],
            alerts: [NotifiedAlert(alert, status: .firing)], externalURL: "http://x", at: start)
    }()

    private func deliver(_ yaml: String, timeout: Duration = .seconds(10)) async throws -> DeliveryResult {
        let set = try Capture.receivers(yaml)
        let id = try #require(set.profiles["r"]?.first?.id)
        let job = NotificationJob(
            id: 1, integration: id, notification: Self.notification, attempt: 1, deadline: .distantFuture)
        return await set.deliver(job, timeout: timeout)
    }

    private enum Kind { case delivered, temporary, permanent }

    private func kind(_ result: DeliveryResult) -> Kind {
        switch result {
        case .delivered: .delivered
        case .temporary: .temporary
        case .permanent: .permanent
        }
    }

    @Test("by webhook: 2xx is taken, 5xx is tried again, all else waits")
    func webhook() async throws {
        for (status, expected) in [
            (200, Kind.delivered), (204, .delivered), (400, .permanent), (404, .permanent), (429, .permanent),
            (500, .temporary), (503, .temporary),
        ] {
            let capture = try Capture { _ in HTTPServerResponse(status: status, text: "why") }
            let result = try await deliver(
                "receivers: [{name: r, webhook_configs: [{url: 'http://127.0.0.1:\(capture.port)/geheim'}]}]")
            #expect(kind(result) == expected, "\(status): \(result)")
            #expect(!"\(result)".contains("geheim"))
        }
        let nobody = try await deliver(
            "receivers: [{name: r, webhook_configs: [{url: 'http://127.0.0.1:\(ScriptedServer.closedPort())/geheim'}]}]"
        )
        #expect(kind(nobody) == .temporary && !"\(nobody)".contains("geheim"))
        let silent = ScriptedServer { $0.waitForClose() }
        let late = try await deliver(
            "receivers: [{name: r, webhook_configs: [{url: '\(silent.url)', timeout: 100ms}]}]")
        #expect(kind(late) == .temporary)
        let noFile = try await deliver("receivers: [{name: r, webhook_configs: [{url_file: /nonexistent}]}]")
        #expect(kind(noFile) == .temporary)
        let noURL = try await deliver("receivers: [{name: r, webhook_configs: [{url: '{{ .Status }}'}]}]")
        #expect(kind(noURL) == .permanent)
    }

    @Test("by Slack: what it says counts, not only the status")
    func slack() async throws {
        for (status, type, body, expected) in [
            (200, "text/plain", "ok", Kind.delivered), (200, "text/plain", "no_team", .permanent),
            (200, "application/json; charset=utf-8", "{\"ok\":true}", .delivered),
            (200, "application/json", "{\"ok\":false,\"error\":\"channel_not_found\"}", .permanent),
            (200, "application/json", "{", .temporary), (429, "text/plain", "slow down", .permanent),
            (502, "text/plain", "", .temporary),
        ] {
            let capture = try Capture { _ in
                HTTPServerResponse(status: status, contentType: type, text: body)
            }
            let result = try await deliver(
                "receivers: [{name: r, slack_configs: [{api_url: 'http://127.0.0.1:\(capture.port)/'}]}]")
            #expect(kind(result) == expected, "\(body): \(result)")
        }
    }

    @Test("as a Slack app carry the token")
    func slackApp() async throws {
        let capture = try Capture()
        let result = try await deliver(
            "receivers: [{name: r, slack_configs: [{app_token: tok, app_url: 'http://127.0.0.1:\(capture.port)/app'}]}]"
        )
        #expect(result == .delivered)
        let header = capture.posts(to: "/app").first?.headers.first { $0.name == "Authorization" }
        #expect(header?.value == "Bearer tok")
    }

    @Test("by mail cannot be given headers by a label")
    func headerInjection() async throws {
        let capture = try Capture()
        let result = try await deliver(
            """
            global: {smtp_smarthost: '127.0.0.1:\(capture.mailPort)', smtp_from: f@x, smtp_require_tls: false}
            receivers: [{name: r, email_configs: [{to: t@x, html: '', text: 'é', headers: {X: '{{ .CommonLabels.i }}'}}]}]
            """)
        #expect(result == .delivered)
        let mail = try #require(capture.allMails.first)
        #expect(!mail.contains("\nBcc:"))
        #expect(mail.contains("X: =?utf-8?q?1=0D=0ABcc:_evil@example.org?="))
        #expect(mail.contains("\nContent-Type: text/plain; charset=UTF-8\n\n=C3=A9\n--"))
    }

    @Test("by mail to what is no address, or without TLS where it is required, say so")
    func mailFailures() async throws {
        let capture = try Capture()
        let server = "smtp_smarthost: '127.0.0.1:\(capture.mailPort)', smtp_from: f@x"
        let address = try await deliver(
            "global: {\(server), smtp_require_tls: false}\nreceivers: [{name: r, email_configs: [{to: nobody}]}]")
        #expect(kind(address) == .permanent)
        let tls = try await deliver("global: {\(server)}\nreceivers: [{name: r, email_configs: [{to: a@b}]}]")
        #expect(kind(tls) == .temporary)
        let template = try await deliver(
            "global: {\(server)}\nreceivers: [{name: r, email_configs: [{to: a@b, html: '{{ .Foo }}'}]}]")
        #expect(kind(template) == .permanent)
        #expect(capture.allMails.isEmpty)
    }

    @Test(
        "find the addresses in a list",
        arguments: [
            ("a@b", ["a@b"]), ("Ada <a@b>, \"x, y\" <c@d>", ["a@b", "c@d"]), ("a@b (home), c@d", ["a@b", "c@d"]),
            ("", nil), ("a", nil), ("a@b,", nil), ("<a@b", nil), ("a@b c@d", nil), ("\"a@b", nil), ("a@", nil),
        ] as [(String, [String]?)])
    func addresses(_ text: String, _ expected: [String]?) {
        #expect(MailAddress.list(text)?.map(\.address) == expected)
    }
}
