import HTTPTransport
import JSON
import TestSupport
import Testing

/// Prometheus' own ruler and ruleval in each mode on the same rules and samples, step by step through what rules can do.
/// Minutes long: part of `make soak`.
@Suite(
    "Beside Prometheus' own ruler", .serialized,
    .enabled(if: Surroundings.isSoak && Surroundings.hasPeer("prometheus")))
struct RulerComparisonTests {
    static let rules = """
        groups:
          - name: plain
            interval: 1s
            rules:
              - {record: 'rec:sum', expr: sum by (team) (app_queue)}
              - {record: 'rec:chained', expr: 'rec:sum * 2', labels: {kind: chained, team: ''}}
              - {record: 'rec:number', expr: '1.5'}
              - alert: High
                expr: app_queue > 10
                labels: {severity: '{{ if gt $value 50.0 }}page{{ else }}ticket{{ end }}', instance: '', odd: ''}
                annotations:
                  summary: '{{ $labels.queue }} of {{ $labels.__name__ }} is {{ $value | humanize }}'
                  asked: '{{ with query "count(app_queue)" }}{{ . | first | value }}{{ end }}'
                  broken: '{{ query "app_none" | first | value }}'
              - {alert: Held, expr: app_queue > 10, for: 3s, labels: {how: for}}
              - {alert: HeldLong, expr: app_queue > 10, for: 1h}
              - {alert: Kept, expr: app_queue > 10, keep_firing_for: 4s, labels: {how: kept}}
              - {alert: Chained, expr: 'rec:chained > 60'}
              - {alert: About, expr: 'count by (alertname) (ALERTS{alertstate="firing",alertname=~"High|Held"}) > 1'}
              - {alert: Gone, expr: 'absent(app_queue{queue="b"})', annotations: {what: '{{ $labels.queue }}'}}
              - {alert: Number, expr: 'scalar(sum(app_queue)) > bool 5'}
              - {alert: Same, expr: app_queue > 10, labels: {queue: one, team: one}}
              - {alert: Range, expr: 'max_over_time(app_queue[4s]) > 40'}
              - {alert: Mixed, expr: 'rate(app_total[10s]) * on (queue) group_left () app_queue > 0 or app_queue > 1000'}
              - {alert: Sub, expr: 'min_over_time(app_queue{queue="a"}[3s:1s]) > 40'}
              - {alert: Past, expr: 'app_queue offset 5s > 10'}
              - {alert: Native, expr: 'vector(3) > 2 unless on () (app_queue{queue="a"} > 10)'}
          - name: limited
            interval: 1s
            limit: 1
            rules:
              - {alert: Few, expr: app_queue > 10}
              - {record: 'rec:few', expr: app_queue > 10}
          - name: shifted
            interval: 1s
            query_offset: 2s
            labels: {from: group}
            rules:
              - {record: 'rec:shifted', expr: app_queue}
              - {alert: Shifted, expr: app_queue > 10}
        """

    /// What the exporter shows, step by step, and which rules must have alerts then.
    static let steps: [(lines: String, alerts: [String])] = [
        (queues(["a": 3, "b": 4]), ["Number"]),
        (queues(["a": 15, "b": 4]), ["High", "Held", "HeldLong", "Kept", "Number", "Same", "Few", "Shifted", "Past"]),
        (queues(["a": 15, "b": 20]), ["High", "Held", "HeldLong", "Kept", "Number", "Shifted", "About"]),
        (queues(["a": 60, "b": 20]), ["High", "Chained", "Range", "Sub", "About"]),
        (queues(["a": 60]), ["Gone", "High", "Few"]),
        (queues(["a": 1, "b": 1]), []),
        (queues(["a": 12, "b": 1, "c": 70]), ["High", "Range"]),
        (queues([:]), ["Gone"]),
    ]

    private static func queues(_ values: KeyValuePairs<String, Int>) -> String {
        values.map {
            "app_queue{queue=\"\($0.key)\",team=\"t\"} \($0.value)\napp_total{queue=\"\($0.key)\"} \($0.value)\n"
        }
        .joined()
    }

    /// A rule as both show it, without what depends on the instant.
    private struct Shown: Hashable, CustomStringConvertible {
        var rule: String
        var alerts: Set<String>
        var description: String { "\(rule) \(alerts.sorted())" }
    }

    private static func shown(_ body: JSONValue?) -> [Shown] {
        let groups = body?["data"]?["groups"]?.array ?? []
        return groups.flatMap { group -> [Shown] in
            (group["rules"]?.array ?? []).map { rule in
                let alerts = (rule["alerts"]?.array ?? []).map { alert in
                    let isKept = alert["keepFiringSince"] != nil
                    return "\(text(alert["labels"])) \(text(alert["annotations"])) \(text(alert["state"])) "
                        + "\(text(alert["value"])) \(isKept)"
                }
                let head = ["name", "query", "health", "type", "state", "duration", "keepFiringFor", "labels"]
                return Shown(
                    rule: "\(text(group["name"])) " + head.map { text(rule[$0]) }.joined(separator: " ")
                        + (rule["lastError"]?.string ?? ""), alerts: Set(alerts))
            }
        }
    }

    /// A value with the keys of its objects in order.
    private static func text(_ value: JSONValue?) -> String {
        guard let value else { return "-" }
        if let members = value.object {
            return "{" + members.map { "\($0.key)=\(text($0.value))" }.sorted().joined(separator: ",") + "}"
        }
        return value.string ?? "\(value)"
    }

    @Test func everyStepEndsInTheSameRulesAlertsAndSeries() async throws {
        let exporter = try Exporter(Self.steps[0].lines)
        let theirs = try Endpoint()
        let prometheus = try #require(
            try await RealPrometheus.start(
                scraping: exporter.target, every: "500ms", rules: Self.rules, alertmanager: theirs.url))
        let receiver = try #require(try await RealPrometheus.start(scraping: "127.0.0.1:1", every: "60s"))
        var sides: [(mode: String, ruleval: Ruleval, endpoint: Endpoint)] = []
        for mode in ["remote", "local", "auto"] {
            let endpoint = try Endpoint()
            let ruleval = try Ruleval(
                configuration: """
                    datasource: {url: '\(prometheus.url)', evaluation: \(mode)}
                    rule_files: [rules/*.yml]
                    evaluation_interval: 1s
                    resend_delay: 1s
                    external_labels: {mode: \(mode)}
                    external_url: \(prometheus.url)
                    remote_write: [{url: '\(receiver.url)/api/v1/write'}]
                    alertmanagers: [{url: '\(endpoint.url)'}]
                    """, rules: ["all.yml": Self.rules])
            try await ruleval.start()
            sides.append((mode, ruleval, endpoint))
        }
        var compared = 0
        for (number, step) in Self.steps.enumerated() {
            exporter.expose(step.lines)
            // Holds, offsets, and what is kept are over.
            try await Task.sleep(for: .seconds(9))
            let peer = Peer(port: prometheus.port)
            for side in sides {
                let agrees = await eventually(within: .seconds(25)) {
                    let mine = Self.shown(await side.ruleval.json("/api/v1/rules"))
                    let other = Self.shown(await peer.json("/api/v1/rules"))
                    return mine.count == 22 && mine == other
                }
                let mine = Self.shown(await side.ruleval.json("/api/v1/rules"))
                let other = Self.shown(await peer.json("/api/v1/rules"))
                #expect(agrees, "step \(number) \(side.mode): \(zip(mine, other).filter { $0 != $1 })")
                for name in step.alerts {
                    let alerts = mine.first { $0.rule.contains(" \(name) ") }?.alerts ?? []
                    #expect(!alerts.isEmpty, "step \(number) \(side.mode): \(name) has no alert")
                }
                compared += mine.reduce(0) { $0 + 1 + $1.alerts.count }
                let written = Peer(port: receiver.port)
                let isWritten = await eventually(within: .seconds(25)) {
                    let expected = await peer.series(#"{__name__=~"rec:.*|ALERTS"}"#, without: "mode")
                    let found = await written.series(
                        #"{__name__=~"rec:.*|ALERTS",mode="\#(side.mode)"}"#, without: "mode")
                    return expected != nil && expected == found
                }
                let expected = await peer.series(#"{__name__=~"rec:.*|ALERTS"}"#, without: "mode") ?? []
                let found =
                    await written.series(#"{__name__=~"rec:.*|ALERTS",mode="\#(side.mode)"}"#, without: "mode") ?? []
                #expect(
                    isWritten, "step \(number) \(side.mode): \(Set(expected).symmetricDifference(found).sorted())")
                compared += found.count
            }
        }
        for side in sides {
            let difference = await eventually(within: .seconds(15)) {
                Self.told(side.endpoint) == Self.told(theirs)
            }
            #expect(difference, "\(side.mode): \(Self.told(side.endpoint).symmetricDifference(Self.told(theirs)))")
            #expect(await side.ruleval.terminate() == 0)
        }
        Surroundings.say("ruler comparison: \(compared) rules, alerts and series equal in \(Self.steps.count) steps")
        await prometheus.kill()
        await receiver.kill()
    }

    /// Which alerts were told as firing and which as over; what was only pending is never told.
    private static func told(_ endpoint: Endpoint) -> Set<String> {
        var told: Set<String> = []
        for call in endpoint.calls("/api/v2/alerts") {
            for alert in call.body.array ?? [] {
                var labels =
                    alert["labels"]?.object?.filter { $0.key != "mode" }.map { "\($0.key)=\(text($0.value))" } ?? []
                labels.sort()
                let start = alert["startsAt"]?.string ?? ""
                let end = alert["endsAt"]?.string ?? ""
                // An end that is an instant of evaluation lies before the next minute or so of the start's.
                #expect(!start.isEmpty && end > start, "\(labels) \(start) \(end)")
                told.insert(labels.joined(separator: ","))
            }
        }
        return told
    }
}

extension Peer {
    /// A document of a peer's API; nil without an answer.
    func json(_ path: String) async -> JSONValue? {
        let request = HTTPRequest("GET", "http://127.0.0.1:\(port)\(path)")
        guard let answer = try? await HTTPClient().send(request) else { return nil }
        return try? JSONValue(parsing: answer.body)
    }

    /// The series that an instant query gives now, each with its value, a label left out; nil without an answer.
    func series(_ expression: String, without label: String) async -> [String]? {
        let query = PercentEncoding.form([("query", expression)])
        guard let result = await json("/api/v1/query?\(query)")?["data"]?["result"]?.array else { return nil }
        return result.map { one in
            let labels =
                one["metric"]?.object?.filter { $0.key != label }.map { "\($0.key)=\($0.value.string ?? "")" } ?? []
            return labels.sorted().joined(separator: ",") + " " + (one["value"]?.array?.last?.string ?? "")
        }.sorted()
    }
}
