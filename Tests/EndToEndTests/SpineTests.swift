import JSON
import TestSupport
import Testing

/// The whole line against a real Prometheus: exporter, scrape, rule, group, Slack, mail, webhook.
@Suite("A rule file becomes a delivered alert", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
struct SpineTests {
    static let rules = """
        groups:
          - name: app
            rules:
              - record: app:queue:double
                expr: app_queue * 2
              - alert: QueueLong
                expr: app:queue:double > 20
                labels: {severity: critical}
                annotations:
                  summary: 'queue of {{ $labels.instance | stripPort }} is {{ $value }}'
        """

    static func configuration(
        _ prometheus: RealPrometheus, _ endpoint: Endpoint, mailPort: Int?, evaluation: String = "auto"
    ) -> String {
        """
        datasource: {url: '\(prometheus.url)', evaluation: \(evaluation)}
        rule_files: [rules/*.yml]
        evaluation_interval: 200ms
        resend_delay: 1s
        global:
          smtp_smarthost: 127.0.0.1:\(mailPort ?? 25)
          smtp_from: ruleval@example.org
          smtp_require_tls: false
        route:
          receiver: team
          group_by: [alertname]
          group_wait: 100ms
          group_interval: 300ms
          repeat_interval: 1h
        receivers:
          - name: team
            slack_configs:
              - {api_url: '\(endpoint.url)/slack', channel: '#alerts', send_resolved: true}
            webhook_configs:
              - {url: '\(endpoint.url)/webhook'}
        \(mailPort == nil ? "" : "    email_configs:\n      - {to: team@example.org, send_resolved: true}")
        """
    }

    @Test(
        "exactly once when the threshold is crossed, and once more when it is over",
        arguments: ["remote", "local", "auto"])
    func crossedAndRecovered(_ evaluation: String) async throws {
        let exporter = try Exporter("app_queue 3\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let endpoint = try Endpoint()
        let mail = try await MailServer.start()
        let ruleval = try Ruleval(
            configuration: Self.configuration(prometheus, endpoint, mailPort: mail?.port, evaluation: evaluation),
            rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { await ruleval.rule("QueueLong")?["health"]?.string == "ok" })
        #expect(endpoint.calls().isEmpty)

        exporter.expose("app_queue 15\n")
        #expect(await eventually { endpoint.calls("/webhook").count == 1 && endpoint.calls("/slack").count == 1 })
        let webhook = try #require(endpoint.calls("/webhook").first?.body)
        #expect(webhook["status"]?.string == "firing")
        #expect(webhook["version"]?.string == "4")
        #expect(webhook["groupKey"]?.string == #"{}:{alertname="QueueLong"}"#)
        let alert = try #require(webhook["alerts"]?[0])
        #expect(alert["labels"]?["severity"]?.string == "critical")
        #expect(alert["annotations"]?["summary"]?.string == "queue of 127.0.0.1 is 30")
        #expect(alert["endsAt"]?.string == "0001-01-01T00:00:00Z")
        let slack = try #require(endpoint.calls("/slack").first?.body)
        #expect(slack["channel"]?.string == "#alerts")
        #expect(slack["attachments"]?[0]?["title"]?.string?.hasPrefix("[FIRING:1] QueueLong") == true)
        if let mail {
            #expect(await eventually { mail.messages.count == 1 })
            #expect(mail.messages.first?.contains("Subject: [FIRING:1] QueueLong") == true)
            #expect(mail.messages.first?.contains("To: team@example.org") == true)
        }
        let recording = try #require(await ruleval.rule("app:queue:double"))
        #expect(recording["health"]?.string == "ok")

        exporter.expose("app_queue 3\n")
        #expect(await eventually { endpoint.calls("/webhook").count == 2 && endpoint.calls("/slack").count == 2 })
        #expect(endpoint.calls("/webhook").last?.body["status"]?.string == "resolved")
        if let mail { #expect(await eventually { mail.messages.count == 2 }) }

        #expect(await ruleval.terminate() == 0)
        #expect(endpoint.calls().count == 4)
        mail?.stop()
        await prometheus.kill()
    }

    @Test func aKilledPrometheusResolvesNothing() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(
            configuration: Self.configuration(prometheus, endpoint, mailPort: nil), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { endpoint.calls("/webhook").count == 1 })

        await prometheus.kill()
        #expect(await eventually { await ruleval.rule("QueueLong")?["health"]?.string == "err" })
        let lastError = await ruleval.rule("QueueLong")?["lastError"]?.string
        #expect(lastError?.isEmpty == false)
        // Longer than the alert would live without being prolonged: four resend delays.
        let seen = try #require(await ruleval.rule("QueueLong")?["lastEvaluation"]?.string)
        _ = await eventually(within: .seconds(6)) { endpoint.calls("/webhook").count > 1 }
        #expect(await ruleval.rule("QueueLong")?["lastEvaluation"]?.string != seen)
        #expect(endpoint.calls("/webhook").count == 1)
        #expect(await ruleval.json("/api/v1/alerts")?["data"]?["alerts"]?.array?.count == 1)

        exporter.expose("app_queue 3\n")
        try await prometheus.run()
        #expect(await eventually { endpoint.calls("/webhook").last?.body["status"]?.string == "resolved" })
        #expect(await ruleval.rule("QueueLong")?["health"]?.string == "ok")
        #expect(await ruleval.terminate() == 0)
        await prometheus.kill()
    }

    @Test func killedTenTimesNothingIsLostAndNothingSettledIsRepeated() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let endpoint = try Endpoint()
        let rules = """
            groups:
              - name: app
                rules:
                  - {alert: QueueLong, expr: app_queue > 10, for: 1s}
            """
        let ruleval = try Ruleval(
            configuration: Self.configuration(prometheus, endpoint, mailPort: nil), rules: ["app.yml": rules])
        var random = SystemRandomNumberGenerator()
        let kills = Surroundings.isSoak ? 200 : 10
        for round in 0..<kills {
            try ruleval.launch()
            // A moment somewhere between start, pending, firing and delivery.
            let moment = Duration.milliseconds(Int64.random(in: 20...700, using: &random))
            let delivered = await eventually(within: moment) { !endpoint.calls("/webhook").isEmpty }
            await ruleval.kill()
            if delivered, round > kills / 2 { break }
        }
        try await ruleval.start()
        #expect(await eventually { !endpoint.calls("/webhook").isEmpty && !endpoint.calls("/slack").isEmpty })
        let told = endpoint.calls("/webhook").count
        // What was in flight at a kill may have been repeated, once a kill; what was settled is not told again.
        #expect(told <= 2)
        #expect(await eventually { await ruleval.rule("QueueLong")?["state"]?.string == "firing" })
        await ruleval.kill()
        try await ruleval.start()
        let repeated = await eventually(within: .seconds(2)) { endpoint.calls("/webhook").count > told }
        #expect(!repeated)

        exporter.expose("app_queue 3\n")
        #expect(await eventually { endpoint.calls("/webhook").last?.body["status"]?.string == "resolved" })
        await ruleval.kill()
        await prometheus.kill()
    }

    @Test func whatEndedWhileItWasDownIsResolved() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let prometheus = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(
            configuration: Self.configuration(prometheus, endpoint, mailPort: nil), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { endpoint.calls("/webhook").count == 1 })
        await ruleval.kill()
        exporter.expose("app_queue 3\n")
        #expect(await eventually { await prometheus.count("app_queue < 10") == 1 })
        try await ruleval.start()
        // The kill may have come between the first message and its note: then that one was sent again, once.
        #expect(await eventually { endpoint.calls("/webhook").last?.body["status"]?.string == "resolved" })
        #expect(endpoint.calls("/webhook").count <= 3)
        #expect(await ruleval.terminate() == 0)
        await prometheus.kill()
    }
}
