import Alerts
import Base
import HTTPTransport
import JSON
import Receivers
import TestSupport
import Testing
import TimeSeries

/// The real Alertmanager and ours tell the same receivers of the same alerts: what arrives must be the same.
@Suite(
    "Messages, held against the real Alertmanager's",
    .enabled(if: Surroundings.peer("prometheus-alertmanager") != nil))
struct AlertmanagerComparisonTests {
    static func alerts(since start: Timestamp) -> String {
        """
        [{"labels":{"alertname":"Disk & co","b":"<y>'+","job":"n","instance":"i2"},
          "annotations":{"summary":"s \\"q\\" ü","empty":""},"generatorURL":"http://p/graph?a=b&c=%3Cd%3E",
          "startsAt":"\(RFC3339.string(start))"},
         {"labels":{"alertname":"Disk & co","b":"<y>'+","job":"n","instance":"i1","x":"1"},
          "annotations":{"summary":"s \\"q\\" ü"},"startsAt":"\(RFC3339.string(start))"},
         {"labels":{"alertname":"Disk & co","b":"<y>'+","z":"\u{2028}\\n"},"startsAt":"\(RFC3339.string(start))"}]
        """
    }

    static func receivers(_ port: Int, _ mailPort: Int) -> String {
        let base = "http://127.0.0.1:\(port)"
        return """
            global:
              slack_api_url: \(base)/slack
              smtp_smarthost: 127.0.0.1:\(mailPort)
              smtp_from: 'Alerts <am@example.org>'
              smtp_require_tls: false
            route: {receiver: 'team.a', group_by: [alertname, b], group_wait: 300ms}
            receivers:
            - name: 'team.a'
              webhook_configs:
              - {url: '\(base)/hook'}
              - {url: '\(base)/{{ .Status }}/max', max_alerts: 2}
              - {url: '\(base)/text', payload: '{{ .Status }} "q" {{ .GroupLabels.alertname }}'}
              - url: \(base)/tree
                payload: {a: '{{ .Status }}', len: '{{ len .Alerts }}', l: '[1, two]', z: [x, '{{ .Receiver }}', 3, true],
                  m: {k: '~', e: ''}, d: '{{ .CommonLabels | toJson }}', f: '1.5', t: 'yes'}
              slack_configs:
              - {channel: '#c'}
              - {api_url: '\(base)/fails', channel: c, title: '{{ .Foo }}', text: after, fields: [{title: a, value: b}]}
              - api_url: \(base)/full
                channel: '#{{ .Status }}'
                username: ''
                title: t
                title_link: l
                text: '*x* {{ .CommonLabels.b }} {{ range .Alerts }}{{ .StartsAt }} {{ .Annotations.summary }};{{ end }}'
                fields: [{title: a, value: 'v{{ .Status }}', short: true}, {title: b, value: c}]
                actions:
                - {type: button, text: a, url: 'u {{ .Status }}'}
                - {type: a, text: b, name: n, value: v, style: primary, confirm: {text: x, title: t, ok_text: o}}
                image_url: i
                thumb_url: t
                link_names: true
                mrkdwn_in: [text]
                footer: f
                fallback: f
                callback_id: c
                icon_emoji: e
                icon_url: u
                color: x
                pretext: p
                message_text: 'm {{ .Alerts.Firing | len }}'
              email_configs:
              - {to: 'Foo <x@example.org>, y@example.org'}
              - to: z@example.org
                html: ''
                text: "long {{ range .Alerts }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx {{ end }}\\n.dot\\n=é  \\n"
                headers: {Subject: "s é\\r\\nBcc: evil äöü and so on {{ .CommonLabels.b }} for much longer than a line",
                  X-Foo: 'b {{ .Status }}', reply-to: r@x}
            """
    }

    @Test("are the same, byte for byte, but for what is random or the time", arguments: OddAlerts.allCases)
    func sameMessages(_ alerts: OddAlerts) async throws {
        let theirs = try Capture()
        let ours = try Capture()
        let alertmanager = try RealAlertmanager.start(Self.receivers(theirs.port, theirs.mailPort))
        try await alertmanager.wait()
        let posted = try await alertmanager.post(alerts.body(since: SystemClock().now()))
        #expect(posted.status == 200, "\(posted.text())")
        let paths = ["/hook", "/firing/max", "/text", "/tree", "/slack", "/fails", "/full"]
        let isComplete = await eventually {
            paths.allSatisfy { !theirs.posts(to: $0).isEmpty } && theirs.allMails.count >= 2
        }
        try #require(isComplete, "\(alertmanager.log)")

        let set = try Capture.receivers(Self.receivers(ours.port, ours.mailPort))
        let hook = try #require(theirs.posts(to: "/hook").first)
        let notification = try Self.notification(JSONValue(parsing: hook.body))
        for profile in set.profiles["team.a"] ?? [] {
            let told = profile.sendsResolved ? notification : notification.withoutResolved
            let job = NotificationJob(
                id: 1, integration: profile.id, notification: told, attempt: 1, deadline: .distantFuture)
            #expect(await set.deliver(job, timeout: .seconds(10)) == .delivered)
        }
        for path in paths {
            let mine = try #require(ours.posts(to: path).first)
            let other = try #require(theirs.posts(to: path).first)
            #expect(mine.body == other.body, "\(path)")
            #expect(mine.headers.contains { $0.name == "Content-Type" && $0.value == "application/json" })
        }
        for recipient in ["To: Foo <x@example.org>, y@example.org", "To: z@example.org"] {
            let mine = try #require(ours.allMails.first { $0.contains("\n" + recipient) || $0.hasPrefix(recipient) })
            let other = try #require(theirs.allMails.first { $0.contains("\n" + recipient) || $0.hasPrefix(recipient) })
            let pair = (Self.comparable(mine), Self.comparable(other))
            #expect(pair.0.headers == pair.1.headers)
            #expect(pair.0.body == pair.1.body)
        }
        alertmanager.stop()
    }

    /// A mail without what is random or the time; the order of headers of the configuration is random there.
    private static func comparable(_ mail: String) -> (headers: [String], body: String) {
        let lines = mail.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        var headers: [String] = []
        var boundary = ""
        for line in lines[..<end] {
            if line.hasPrefix("Message-Id: <") || line.hasPrefix("Date: ") {
                headers.append(String(line.prefix { $0 != ":" }))
            } else if line.hasPrefix("Content-Type: multipart/alternative;  boundary=") {
                boundary = line.split(separator: "=").last.map(String.init) ?? ""
                headers.append("Content-Type")
            } else {
                headers.append(line)
            }
        }
        let body = lines[end...].map { $0.replacing(boundary, with: "BOUNDARY") }.joined(separator: "\n")
        return (headers.sorted(), body)
    }

    /// The notification that a webhook body speaks of.
    static func notification(_ body: JSONValue) throws -> Notification {
        func labels(_ value: JSONValue?) -> Labels {
            Labels(keepingEmpty: (value?.object ?? JSONObject()).map { ($0.key, $0.value.string ?? "") })
        }
        let alerts = (body["alerts"]?.array ?? []).map { alert in
            let starts = RFC3339.parse(alert["startsAt"]?.string ?? "") ?? .zero
            return NotifiedAlert(
                Alert(
                    labels: labels(alert["labels"]), annotations: labels(alert["annotations"]), startsAt: starts,
                    endsAt: RFC3339.parse(alert["endsAt"]?.string ?? "") ?? starts,
                    generatorURL: alert["generatorURL"]?.string ?? "", updatedAt: starts),
                status: alert["status"]?.string == "firing" ? .firing : .resolved)
        }
        return Notification(
            receiver: "team.a", groupKey: GroupKey(text: body["groupKey"]?.string ?? ""),
            groupLabels: labels(body["groupLabels"]), alerts: alerts.sorted(by: NotifiedAlert.comesBefore),
            externalURL: body["externalURL"]?.string ?? "",
            reason: Notification.Reason(rawValue: body["notification_reason"]?.string ?? "") ?? .firstNotification,
            at: .zero)
    }
}
