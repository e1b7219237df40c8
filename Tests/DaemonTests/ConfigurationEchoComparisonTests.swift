import Base
import HTTPTransport
import JSON
import Settings
import TestSupport
import Testing
import YAML

@testable import Daemon

/// `config.original` beside a real Alertmanager: the same tree, for every section and every type of receiver.
@Suite(
    "The configuration written out beside a real Alertmanager",
    .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
struct ConfigurationEchoComparisonTests {
    /// Every type of receiver, with its defaults and with keys of its own.
    private static let whole = """
        global:
          resolve_timeout: 90s
          smtp_smarthost: 'h:25'
          smtp_from: f
          slack_api_url: 'http://x/y'
          opsgenie_api_key: k
          victorops_api_key: v
          wechat_api_secret: s
          wechat_api_corp_id: c
          jira_api_url: 'http://j'
          rocketchat_token: t
          rocketchat_token_id: i
          telegram_bot_token: tt
          mattermost_webhook_url: 'http://m/x'
          http_config:
            basic_auth: {username: u, password: p}
            http_headers: {X: {values: [a], secrets: [b]}}
            proxy_url: 'http://u:p@proxy'
        templates: ['*.tmpl']
        route:
          receiver: a
          group_by: [x, 'ü y']
          group_wait: 1s
          routes:
          - matchers: ['a="b"', 'c=~"d|e"', '"ü x"!="1"']
            match: {m: "1"}
            match_re: {n: 'x.*'}
            continue: true
            group_by: ['...']
            mute_time_intervals: [t1]
            active_time_intervals: [t1]
            group_interval: 90m
            repeat_interval: 1d
          - {receiver: b, group_by: []}
        inhibit_rules:
        - {name: n, source_matchers: [a=b, 'c=~d'], target_matchers: [e=f], equal: [x, y]}
        - {source_match: {a: b}, source_match_re: {c: d}, target_match: {e: f}, target_match_re: {g: h}}
        receivers:
        - name: a
          labels: {x: y}
          webhook_configs:
          - {url: 'http://u:p@h/x?y=z'}
          - url_file: /tmp/f
            max_alerts: 3
            timeout: 5s
            send_resolved: false
            payload: {a: b, c: [1, '{{ .x }}']}
            http_config: {bearer_token: x, tls_config: {insecure_skip_verify: true}}
        - name: b
          email_configs:
          - {to: x@y}
          - to: x@y
            headers: {Subject: s, X-b: c}
            html: h
            text: t
            tls_config: {insecure_skip_verify: true}
            auth_username: u
            auth_password: p
            require_tls: false
            threading: {enabled: true, thread_by_date: daily}
          slack_configs:
          - {channel: c}
          - channel: c
            title: 'a: b'
            fields: [{title: a, value: b}, {title: a, value: b, short: true}]
            actions: [{type: button, text: t, url: u}]
            mrkdwn_in: [text]
          pagerduty_configs:
          - {routing_key: k}
          - {service_key: k, details: {a: b}, images: [{src: x}], links: [{href: x, text: y}]}
          opsgenie_configs: [{}, {details: {a: b}, responders: [{name: n, type: team}]}]
          pushover_configs: [{user_key: u, token: t}, {user_key: u, token: t, retry: 2m, expire: 90s}]
          wechat_configs: [{}]
          victorops_configs: [{routing_key: r, custom_fields: {a: b}}]
          sns_configs:
          - topic_arn: 'arn:aws:sns:us-east-1:1:x'
            sigv4: {region: us-east-1, access_key: a, secret_key: s}
            attributes: {a: b}
          telegram_configs: [{chat_id: 1}]
          discord_configs: [{webhook_url: 'http://x'}]
          webex_configs: [{room_id: r, http_config: {authorization: {credentials: x}}}]
          msteams_configs: [{webhook_url: 'http://x'}]
          msteamsv2_configs: [{webhook_url: 'http://x'}]
          jira_configs: [{project: p, issue_type: t, fields: {a: 1}}]
          mattermost_configs: [{channel: c, attachments: [{text: t, fields: [{title: a, value: b}]}]}]
          rocketchat_configs: [{channel: c}]
          incidentio_configs: [{url: 'http://x', alert_source_token: t}]
        time_intervals:
        - name: t1
          time_intervals:
          - times: [{start_time: '09:00', end_time: '24:00'}]
            weekdays: ['monday:friday', sunday]
            days_of_month: ['1:5', -1]
            months: ['1:3', may]
            years: ['2020:2022', 2030]
            location: Europe/Berlin
          - {}
        mute_time_intervals:
        - {name: t2, time_intervals: [{location: UTC}]}
        tracing: {endpoint: x}
        event_recorder:
          webhook_outputs: [{url: 'http://127.0.0.1:1/y', timeout: 3s}]
        """

    private static let small = """
        route: {receiver: a}
        receivers:
        - name: a
          webhook_configs: [{url: 'http://127.0.0.1:1/'}]
        - {name: "null"}
        """

    @Test("is the same tree", arguments: [whole, small])
    func tree(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("alertmanager.yml", text)
        guard let real = try RealAlertmanager.start(configuration: path, folder: folder) else { return }
        defer { real.stop() }
        let client = HTTPClient()
        let isUp = await eventually {
            (try? await client.send(HTTPRequest("GET", real.url + "/-/ready")))?.status == 200
        }
        try #require(isUp, "\(real.log)")
        let answer = try await client.send(HTTPRequest("GET", real.url + "/api/v2/status"))
        let original = try #require(try JSONValue(parsing: answer.body)["config"]?["original"]?.string)
        let document = try YAMLDocument(parsing: Array(text.utf8), file: path)
        let own = ConfigurationEcho.yaml(document, folder: ConfigurationFolder(of: path))
        let (ours, theirs) = (Set(try Self.lines(own)), Set(try Self.lines(original)))
        #expect(ours.subtracting(theirs).sorted() == [])
        #expect(theirs.subtracting(ours).sorted() == [])
    }

    /// One line a scalar, with its path; keys in any order.
    private static func lines(_ yaml: String) throws -> [String] {
        var found: [String] = []
        func walk(_ node: YAMLNode, _ path: String) {
            if let pairs = node.mapping {
                if pairs.isEmpty { found.append(path + " {}") }
                for pair in pairs { walk(pair.value, path + "/" + (pair.key.scalar?.text ?? "")) }
            } else if let items = node.sequence {
                if items.isEmpty { found.append(path + " []") }
                for (index, item) in items.enumerated() { walk(item, path + "/\(index)") }
            } else if let scalar = node.scalar {
                found.append(path + " \(scalar.resolved)")
            }
        }
        let root = try #require(try YAMLDocument(parsing: Array(yaml.utf8), file: "config.original").root)
        walk(root, "")
        return found.sorted()
    }
}
