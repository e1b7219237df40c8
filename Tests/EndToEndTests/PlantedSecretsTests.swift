import HTTPTransport
import TestSupport
import Testing

/// A secret under every key that takes one, and a look at everything that ruleval shows and keeps.
@Suite("Secrets")
struct PlantedSecretsTests {
    /// `planted` marks every secret. Half of the receivers refuse, half are not there.
    private static func configuration(refusing refuse: String, gone: String, mailPort: Int) -> String {
        """
        global:
          smtp_smarthost: '127.0.0.1:\(mailPort)'
          smtp_from: am@example.org
          smtp_auth_username: user
          smtp_auth_password: planted-smtp
          smtp_require_tls: false
          slack_app_token: planted-slackapp
          slack_app_url: '\(refuse)/slackapp'
          opsgenie_api_key: planted-opsgenieglobal
          opsgenie_api_url: '\(refuse)/'
          victorops_api_key: planted-victoropsglobal
          victorops_api_url: '\(refuse)/vo/'
          telegram_bot_token: 'planted-telegramglobal'
          telegram_api_url: '\(refuse)'
          rocketchat_token: planted-rocketglobal
          rocketchat_token_id: planted-rocketidglobal
          rocketchat_api_url: '\(refuse)'
          wechat_api_secret: planted-wechatglobal
          wechat_api_corp_id: corp
          wechat_api_url: '\(refuse)/'
          mattermost_webhook_url: '\(refuse)/planted-mattermostglobal'
          webex_api_url: '\(refuse)/webex'
          jira_api_url: '\(refuse)/jira'
          http_config: {basic_auth: {username: u, password: planted-basic}, http_headers: {X-Key: {secrets: [planted-header]}}}
        route: {receiver: all, group_wait: 100ms, group_interval: 1s}
        receivers:
        - name: all
          webhook_configs:
          - {url: '\(refuse)/planted-webhook?key=planted-query', http_config: {bearer_token: planted-bearer}}
          - {url: 'http://u:planted-userinfo@\(gone.dropFirst(7))/planted-gone'}
          - {url: '\(gone)/x', http_config: {oauth2: {client_id: c, client_secret: planted-oauth, token_url: '\(refuse)/token'}}}
          - {url: '\(gone)/x', http_config: {proxy_url: 'http://u:planted-proxy@\(gone.dropFirst(7))'}}
          email_configs: [{to: a@example.org}, {to: a@example.org, auth_secret: planted-cram, auth_password: planted-smtpown}]
          pagerduty_configs: [{routing_key: planted-routing, url: '\(refuse)/pd'}, {service_key: planted-service, url: '\(gone)/pd'}]
          opsgenie_configs: [{}, {api_key: planted-opsgenie, api_url: '\(gone)'}]
          wechat_configs: [{}, {api_secret: planted-wechat, api_url: '\(gone)/'}]
          slack_configs: [{api_url: '\(refuse)/planted-slack'}, {api_url: '\(gone)/planted-slackgone'}, {channel: c}]
          victorops_configs: [{routing_key: r}, {routing_key: r, api_key: planted-victorops, api_url: '\(gone)/'}]
          pushover_configs: [{user_key: planted-pushuser, token: planted-pushtoken, http_config: {proxy_url: '\(gone)'}}]
          sns_configs:
          - {topic_arn: 'arn:aws:sns:us-east-1:1:x', api_url: '\(refuse)/sns', sigv4: {region: us-east-1, access_key: AK, secret_key: planted-aws}}
          telegram_configs: [{chat_id: 1}, {chat_id: 1, bot_token: planted-telegram, api_url: '\(gone)'}]
          discord_configs: [{webhook_url: '\(refuse)/planted-discord'}, {webhook_url: '\(gone)/planted-discordgone'}]
          webex_configs: [{room_id: r, http_config: {authorization: {credentials: planted-webex}}}]
          msteams_configs: [{webhook_url: '\(refuse)/planted-teams'}]
          msteamsv2_configs: [{webhook_url: '\(gone)/planted-teams2'}]
          jira_configs: [{project: P, issue_type: Bug, http_config: {authorization: {credentials: planted-jira}}}]
          rocketchat_configs: [{channel: c}, {channel: c, token: planted-rocket, token_id: planted-rocketid, api_url: '\(gone)'}]
          mattermost_configs: [{}, {webhook_url: '\(gone)/planted-mattermost'}]
          incidentio_configs: [{url: '\(refuse)/incident', alert_source_token: planted-token}]
        """
    }

    /// Every file below `path`, as text.
    private static func files(below path: String) -> [(String, String)] {
        TemporaryFolder.names(in: path).flatMap { name -> [(String, String)] in
            let inner = path + "/" + name
            return [(inner, TemporaryFolder.text(of: inner))] + files(below: inner)
        }
    }

    @Test("of receivers appear in no log, answer, metric and file")
    func appearNowhere() async throws {
        let refusing = try Endpoint()
        refusing.answer(403, "no")
        let mail = ScriptedServer { connection in
            connection.write("220 test ESMTP\r\n")
            while let line = connection.readLine() {
                connection.write(
                    line.uppercased().hasPrefix("EHLO")
                        ? "250-test\r\n250 AUTH PLAIN LOGIN CRAM-MD5\r\n"
                        : line.uppercased().hasPrefix("AUTH CRAM") ? "334 PDE+\r\n" : "535 no such user\r\n")
            }
        }
        let text = Self.configuration(
            refusing: refusing.url, gone: "http://127.0.0.1:\(ScriptedServer.closedPort())", mailPort: mail.port)
        let ruleval = try Ruleval(configuration: text)
        try await ruleval.start()
        let posted = await ruleval.post(
            "/api/v2/alerts", #"[{"labels":{"alertname":"A"},"annotations":{"summary":"s"}}]"#)
        #expect(posted?.status == 200)
        // Every integration has failed once: they are counted by receiver and integration.
        let types = text.split(separator: "\n").compactMap { line -> String? in
            guard let end = line.firstRange(of: "_configs:") else { return nil }
            return line[..<end.lowerBound].filter { $0 != " " }
        }
        #expect(types.count == 18)
        let haveFailed = await eventually(within: .seconds(60)) {
            let metrics = await ruleval.get("/metrics")?.text(limit: 1 << 20) ?? ""
            return types.allSatisfy { type in
                metrics.split(separator: "\n").contains { line in
                    line.hasPrefix("alertmanager_notification_requests_failed_total{")
                        && line.contains("integration=\"\(type)\"") && !line.hasSuffix(" 0")
                }
            }
        }
        #expect(haveFailed)

        var shown: [(String, String)] = []
        for path in [
            "/metrics", "/api/v2/status", "/api/v2/receivers", "/api/v2/alerts", "/api/v2/alerts/groups",
            "/api/v2/silences", "/api/v1/status/config", "/api/v1/status/flags", "/api/v1/status/runtimeinfo",
            "/api/v1/alerts",
            "/api/v1/incidents", "/health/performance", "/health/ready", "/",
        ] { shown.append((path, await ruleval.get(path)?.text(limit: 1 << 22) ?? "")) }
        // What is wrong is said without the text that is wrong.
        let path = try ruleval.folder.write(
            "doubled.yml", text + "\n  webhook_configs: [{url: 'planted-url', url_file: y, planted_key: z}]")
        let checked = try await ChildProcess.run(
            Surroundings.binary, ["check", "--format", "json", path], folder: ruleval.folder)
        #expect(checked.status == 1)
        // The names of keys may be repeated.
        shown.append(("check", (checked.output + checked.error).replacing("planted_key", with: "")))
        try ruleval.folder.write("ruleval.yml", text + "\n  webhook_configs: [{url: 'planted-unclosed")
        shown.append(("reload", await ruleval.post("/-/reload")?.text(limit: 1 << 16) ?? ""))
        for words in [["receivers", "list"], ["route", "show"]] {
            let path = try ruleval.folder.write("good.yml", text)
            let listed = try await ChildProcess.run(
                Surroundings.binary, words + ["--config", path], folder: ruleval.folder)
            shown.append((words.joined(separator: " "), listed.output + listed.error))
        }
        _ = await ruleval.terminate()
        shown.append(("log", (ruleval.process?.errorOutput ?? "") + (ruleval.process?.output ?? "")))
        shown += Self.files(below: ruleval.folder.path + "/state")
        #expect(shown.contains { $0.0.contains("/state/") && !$0.1.isEmpty })
        #expect(shown.first { $0.0 == "log" }?.1.contains("webhook") == true)
        for (place, text) in shown {
            guard let found = text.firstRange(of: "planted") else { continue }
            Issue.record("\(place): \(text[found.lowerBound...].prefix(60))")
        }
    }
}
