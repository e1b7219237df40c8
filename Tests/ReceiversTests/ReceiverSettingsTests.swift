import Base
import Testing

@testable import Receivers

@Suite("Receivers of a configuration")
struct ReceiverSettingsTests {
    private static let global =
        "global: {smtp_smarthost: 'x:25', smtp_from: x@y, slack_api_url: 'http://s'}\n"

    private func problems(_ integration: String, global: String) throws -> String {
        try Capture.settings(global + "receivers: [{name: a, \(integration)}]").1.map(\.description)
            .joined(separator: "\n")
    }

    @Test(
        "are taken as Alertmanager takes them",
        arguments: [
            "webhook_configs: [{url: 'http://a', max_alerts: 3, timeout: 5s, http_config: {}, send_resolved: false}]",
            "webhook_configs: [{url: '{{ .x }}'}]", "webhook_configs: [{url_file: x, payload: {a: b}}]",
            "webhook_configs: [{url_env: X}]",
            "slack_configs: [{channel: '{{ foo }}', title_link: l, short_fields: true, timeout: 5s}]",
            "slack_configs: [{app_token: t}]", "slack_configs: [{api_url_file: y}]",
            "email_configs: [{to: 'not an address', html: '{{ .x', tls_config: {}, require_tls: false, hello: x, "
                + "auth_username: u, auth_password: p, auth_secret: s, auth_identity: i, smarthost: 'h:1'}]",
            "email_configs: [{to: a, smarthost: ':25', force_implicit_tls: true, headers: {To: z}}]",
        ])
    func accepted(_ integration: String) throws {
        #expect(try problems(integration, global: Self.global).isEmpty)
    }

    @Test(
        "are refused where Alertmanager refuses them, or by name where they are not there yet",
        arguments: [
            ("webhook_configs: [{}]", "a.yml:2:41: error: one of url or url_file must be configured"),
            ("webhook_configs: [{url: ''}]", "one of url or url_file must be configured"),
            ("webhook_configs: [{url: 'http://a', url_file: b}]", "at most one of 'url', 'url_file'"),
            ("webhook_configs: [{url: 'ftp://a'}]", "unsupported scheme \"ftp\" for URL"),
            ("webhook_configs: [{url: 'a'}]", "unsupported scheme \"\" for URL"),
            ("webhook_configs: [{url: 'http://'}]", "missing host for URL"),
            ("webhook_configs: [{url: 'http://a/{{ .x'}]", "invalid template syntax: template: :1: unclosed action"),
            ("webhook_configs: [{url: 'http://{{ toUpper \"x\" }}'}]", "function \"toUpper\" not defined"),
            ("webhook_configs: [{url: 'http://a', max_alerts: -1}]", "'max_alerts' cannot be negative"),
            (
                "webhook_configs: [{urll: 'http://a'}]",
                "unknown key 'urll' in webhook_configs entry (did you mean 'url'?)"
            ),
            ("slack_configs: [{api_url: 'http://x', app_token: y}]", "at most one of api_url/api_url_file & app_token"),
            ("slack_configs: [{fields: [{title: a}]}]", "missing value in Slack field configuration"),
            ("slack_configs: [{actions: [{type: a, text: b}]}]", "missing name or url in Slack action"),
            ("slack_configs: [{actions: [{type: a, text: b, name: n, confirm: {}}]}]", "missing text in Slack confirm"),
            ("slack_configs: [{update_message: true}]", "update_message can only be used with bot tokens"),
            ("email_configs: [{}]", "missing to address in email config"),
            ("email_configs: [{to: a, smarthost: x}]", "missing port in address"),
            (
                "email_configs: [{to: a, headers: {Subject: x, subject: y}}]",
                "duplicate header \"Subject\" in email config"
            ),
            ("email_configs: [{to: a, headers: {\"a\\nb\": y}}]", "is no name of a mail header"),
            ("email_configs: [{to: a, threading: {enabled: true}}]", "thread_by_date must be either 'none' or 'daily'"),
            ("pagerduty_configs: [{}]", "missing service or routing key in PagerDuty config"),
            ("slak_configs: [{}]", "unknown key 'slak_configs' in receiver (did you mean 'slack_configs'?)"),
        ])
    func refused(_ integration: String, _ message: String) throws {
        #expect(try problems(integration, global: Self.global).contains(message))
    }

    @Test(
        "need what `global` does not give them",
        arguments: [
            ("email_configs: [{to: a}]", "", "no global SMTP smarthost set"),
            ("email_configs: [{to: a}]", "global: {smtp_smarthost: 'x:25'}\n", "no global SMTP from set"),
            ("slack_configs: [{}]", "", "no Slack API URL nor App token set"),
            ("slack_configs: [{}]", "global: {slack_api_url: 'ftp://s'}\n", "unsupported scheme \"ftp\""),
            ("slack_configs: []", "global: {pagerduty_url: 's'}\n", "unsupported scheme"),
            ("slack_configs: []", "global: {slack_url: 'http://s'}\n", "unknown key 'slack_url' in 'global'"),
        ])
    func globals(_ integration: String, _ global: String, _ message: String) throws {
        #expect(try problems(integration, global: global).contains(message))
    }

    @Test("have names, each once")
    func names() throws {
        let problems = try Capture.settings("receivers: [{name: a}, {name: a}, {}]").1.map(\.description)
        #expect(problems.count == 2)
        #expect(problems.first?.contains("notification config name \"a\" is not unique") == true)
        #expect(problems.last?.contains("missing name in receiver") == true)
    }

    @Test("keep their secrets out of every description")
    func secrets() throws {
        let yaml = """
            global: {slack_api_url: 'http://s/geheim1', smtp_smarthost: 'x:1', smtp_from: f, smtp_auth_password: geheim2}
            receivers:
            - name: a
              webhook_configs: [{url: 'http://w/geheim3', http_config: {basic_auth: {username: u, password: geheim4}}}]
              slack_configs: [{channel: c}, {app_token: geheim5}]
              email_configs: [{to: a@b, auth_secret: geheim6}]
            """
        let (settings, problems) = try Capture.settings(yaml)
        #expect(problems.isEmpty)
        var shown = ""
        dump(settings, to: &shown)
        #expect(!shown.contains("geheim") && !"\(settings)".contains("geheim"))
    }

    @Test("have the zero value of a key's type where nothing stands behind it, and what global has where that counts")
    func nothing() throws {
        let (settings, problems) = try Capture.settings(
            Self.global + """
                receivers:
                - name: a
                  discord_configs: [{webhook_url: 'http://x/', title: , send_resolved: ~, http_config: {follow_redirects: null}}]
                  email_configs: [{to: a@b, html: , from: '', require_tls: null}]
                  slack_configs: [{api_url: null, short_fields: true, fields: [{title: t, value: v, short: null}]}]
                """)
        #expect(problems.isEmpty, "\(problems)")
        let all = settings.receivers.first?.settings ?? []
        let discord = try #require(all.compactMap { $0 as? DiscordSettings }.first)
        #expect(discord.title.isEmpty && !discord.sendsResolved && !discord.http.followRedirects)
        #expect(!discord.message.isEmpty)
        let email = try #require(all.compactMap { $0 as? EmailSettings }.first)
        #expect(email.html.isEmpty && email.mail.from == "x@y")
        #expect(email.mail.requiresTLS)
        let slack = try #require(all.compactMap { $0 as? SlackSettings }.first)
        #expect(slack.fields.first?.isShort == true)
    }
}
