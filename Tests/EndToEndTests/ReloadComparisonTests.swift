import Base
import JSON
import TestSupport
import Testing

/// Reloads and restarts beside a real Alertmanager: nobody is told twice, and what ended meanwhile is told.
@Suite(
    "Reloads and restarts beside a real Alertmanager", .serialized,
    .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
struct ReloadComparisonTests {
    private static func configuration(_ url: String, routes: String, more: String = "") -> String {
        """
        global: {resolve_timeout: 1h}
        route:
          receiver: default
          group_by: [alertname]
          group_wait: 300ms
          group_interval: 1s
          repeat_interval: 1h
          routes:
          - {receiver: mark, matchers: [alertname=Mark], group_by: ['...'], group_wait: 1500ms}
          \(routes.isEmpty ? "" : "- \(routes)")
        receivers:
        - name: mark
          webhook_configs: [{url: '\(url)/mark'}]
        - name: default
          webhook_configs: [{url: '\(url)/default'}]
        - name: one
          webhook_configs: [{url: '\(url)/one'}]
        \(more)
        """
    }

    /// An alert; `since` makes both sides see the same start.
    private static func alert(_ name: String, _ labels: String, since: Timestamp, isOver: Bool = false) -> String {
        let end = isOver ? SystemClock().now() : since + .seconds(360_000)
        return """
            {"labels":{"alertname":"\(name)",\(labels)},"startsAt":"\(RFC3339.string(since))",\
            "endsAt":"\(RFC3339.string(end))","generatorURL":"http://g"}
            """
    }

    private static func post(_ both: SideBySide, _ alerts: [String]) async throws {
        for side in both.sides {
            let answer = try await side.call("POST", "/api/v2/alerts", "[\(alerts.joined(separator: ","))]")
            #expect(answer.status == 200, "\(side.name): \(answer.text())")
        }
    }

    /// The messages of a side: receiver, status, reason and alerts, by group.
    private static func told(_ side: SideBySide.Side) -> [String] {
        var groups: [String: [String]] = [:]
        for call in side.endpoint.calls() where call.path != "/mark" {
            let alerts = (call.body["alerts"]?.array ?? []).map { alert in
                (alert["labels"]?["a"]?.string ?? "") + (alert["status"]?.string == "firing" ? "" : "!")
            }
            let words = [
                call.path, call.body["status"]?.string ?? "", call.body["notification_reason"]?.string ?? "",
                alerts.joined(separator: ","),
            ]
            groups[call.path + (call.body["groupKey"]?.string ?? ""), default: []].append(words.joined(separator: " "))
        }
        return groups.sorted { $0.key < $1.key }.flatMap(\.value)
    }

    /// Waits until both have told `count` messages, and long enough for one too many: until an alert of another group, which
    /// waits for more than `group_wait` and `group_interval` of the others, has come through.
    private static func agree(_ both: SideBySide, _ count: Int, _ moment: String) async throws {
        _ = await eventually(within: .seconds(15)) { both.sides.allSatisfy { told($0).count >= count } }
        let mark = moment.replacing(" ", with: "-")
        try await post(both, [alert("Mark", #""a":"\#(mark)""#, since: SystemClock().now())])
        let hasPassed = await eventually(within: .seconds(60)) {
            both.sides.allSatisfy { side in
                side.endpoint.calls("/mark").contains { $0.body["commonLabels"]?["a"]?.string == mark }
            }
        }
        #expect(hasPassed, "\(moment)")
        #expect(told(both.ours) == told(both.theirs), "\(moment)")
        #expect(told(both.theirs).count == count, "\(moment): \(told(both.theirs))")
    }

    @Test("A reload moves alerts to other routes, and a bad one changes nothing")
    func reload() async throws {
        let both = try await SideBySide { Self.configuration($0, routes: "") }
        let since = SystemClock().now() - .seconds(100)
        try await Self.post(
            both, [Self.alert("A", #""a":"1""#, since: since), Self.alert("B", #""a":"2""#, since: since)])
        try await Self.agree(both, 2, "first messages")

        // The same routes: nobody hears anything.
        #expect(try await both.reload { Self.configuration($0, routes: "") } == [200, 200])
        try await Self.agree(both, 2, "the same configuration")

        // B goes to another receiver, by a group that is new.
        let moved = "{receiver: one, matchers: [alertname=B]}"
        #expect(try await both.reload { Self.configuration($0, routes: moved) } == [200, 200])
        try await Self.agree(both, 3, "another route")

        // What is wrong keeps the old configuration.
        #expect(try await both.reload { Self.configuration($0, routes: "{receiver: none}") } == [500, 500])
        try await Self.post(both, [Self.alert("B", #""a":"2""#, since: since, isOver: true)])
        try await Self.agree(both, 4, "a bad configuration")
        await both.stop()
    }

    @Test("A restart repeats nothing")
    func restart() async throws {
        let both = try await SideBySide { Self.configuration($0, routes: "") }
        // Not older than group_wait: Alertmanager would flush between two alerts of one post.
        let since = SystemClock().now()
        let alerts = [
            Self.alert("A", #""a":"1""#, since: since), Self.alert("A", #""a":"2""#, since: since),
            Self.alert("B", #""a":"3""#, since: since),
        ]
        try await Self.post(both, alerts)
        try await Self.agree(both, 2, "first messages")
        let silence = """
            {"matchers":[{"name":"alertname","value":"C","isRegex":false}],"createdBy":"t","comment":"c",\
            "startsAt":"\(RFC3339.string(since))","endsAt":"\(RFC3339.string(since + .seconds(36_000)))"}
            """
        for side in both.sides { #expect(try await side.call("POST", "/api/v2/silences", silence).status == 200) }
        try await both.restart()
        // Alertmanager has forgotten its alerts; the sources tell them again, as Prometheus does. C is silenced.
        try await Self.post(both, alerts + [Self.alert("C", #""a":"4""#, since: since)])
        try await Self.agree(both, 2, "told again")
        try await Self.post(both, [Self.alert("A", #""a":"1""#, since: since, isOver: true)])
        try await Self.agree(both, 3, "one has ended")
        await both.stop()
    }
}
