import TestSupport
import Testing

/// Prometheus' own ruler and ruleval in each mode on the same rules and samples, step by step through what rules can do.
@Suite("Beside Prometheus' own ruler", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
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
              - {alert: Held, expr: app_queue > 10, for: 2s, labels: {how: for}}
              - {alert: HeldLong, expr: app_queue > 10, for: 1h}
              - {alert: Kept, expr: app_queue > 10, keep_firing_for: 2s, labels: {how: kept}}
              - {alert: KeptLong, expr: app_queue > 10, keep_firing_for: 1h}
              - {alert: Chained, expr: 'rec:chained > 60'}
              - {alert: About, expr: 'count by (alertname) (ALERTS{alertstate="firing",alertname=~"High|Held"}) > 1'}
              - {alert: Gone, expr: 'absent(app_queue{queue="b"})', annotations: {what: '{{ $labels.queue }}'}}
              - {alert: Number, expr: 'scalar(sum(app_queue)) > bool 5'}
              - {alert: Same, expr: app_queue > 10, labels: {queue: one, team: one}}
              - {record: 'rec:same', expr: app_queue, labels: {queue: one}}
              - {alert: Range, expr: 'max_over_time(app_queue[2s]) > 40'}
              - {alert: Mixed, expr: 'rate(app_total[10s]) * on (queue) group_left () app_queue > 0 or app_queue > 1000'}
              - {alert: Sub, expr: 'min_over_time(app_queue{queue="a"}[3s:1s]) > 40'}
              - {alert: Past, expr: 'app_queue offset 2s > 10'}
              - {alert: Vector, expr: 'vector(3) > 2 unless on () (app_queue{queue="a"} > 10)'}
              - {alert: Text, expr: '"text"'}
              - {record: 'rec:matrix', expr: 'app_queue[5s]'}
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
              - {alert: Shifted, expr: app_queue > 10, labels: {from: 'rule {{ $labels.queue }}'}}
        """

    private static func queues(_ values: KeyValuePairs<String, Int>) -> String {
        values.map {
            "app_queue{queue=\"\($0.key)\",team=\"t\"} \($0.value)\napp_total{queue=\"\($0.key)\"} \($0.value)\n"
        }
        .joined()
    }

    /// What happens, and which rules must have alerts then.
    private enum Step {
        case expose(String, [String])
        case reload(String, [String])
        case crash([String])
    }

    private static func play(_ steps: [Step], modes: [String]) async throws -> Int {
        let rulers = try #require(
            try await RulersSideBySide(rules, showing: queues(["a": 3, "b": 4]), modes: modes))
        var compared = 0
        for (number, step) in steps.enumerated() {
            let alerts: [String]
            switch step {
            case .expose(let lines, let named):
                rulers.exporter.expose(lines)
                alerts = named
            case .reload(let rules, let named):
                try await rulers.reload(rules)
                alerts = named
            case .crash(let named):
                try await rulers.crash()
                alerts = named
            }
            // What is held, kept or looked at with an offset is over.
            #expect(await rulers.haveEvaluated(for: 6))
            compared += await rulers.compare("step \(number)", alerts: alerts)
        }
        await rulers.compareTold()
        await rulers.stop()
        return compared
    }

    @Test func raisedAndOverTheyShowAndTellTheSame() async throws {
        let compared = try await Self.play(
            [
                .expose(Self.queues(["a": 60, "b": 20]), ["High", "Held", "HeldLong", "Chained", "About", "Sub"]),
                .expose(Self.queues(["a": 1]), ["Gone", "KeptLong", "Vector"]),
            ], modes: ["remote", "local", "auto"])
        #expect(compared > 100)
        Surroundings.say("ruler comparison: \(compared) rules, alerts and series equal")
    }

    @Test(.enabled(if: Surroundings.isSoak)) func everyStepEndsInTheSameRulesAlertsAndSeries() async throws {
        let fewer = Self.rules.replacing("max_over_time(app_queue[2s]) > 40", with: "max_over_time(app_queue[2s]) > 2")
            .replacing("      - {alert: Same, expr: app_queue > 10, labels: {queue: one, team: one}}\n", with: "")
            .replacing("limit: 1", with: "limit: 2").replacing("{from: group}", with: "{from: another}")
        let compared = try await Self.play(
            [
                .expose(Self.queues(["a": 3, "b": 4]), ["Number", "Vector"]),
                .expose(
                    Self.queues(["a": 15, "b": 4]),
                    ["High", "Held", "HeldLong", "Kept", "Number", "Same", "Few", "Shifted", "Past"]),
                .expose(
                    Self.queues(["a": 15, "b": 20]), ["High", "Held", "HeldLong", "Kept", "Number", "Shifted", "About"]),
                .crash(["High", "Held", "HeldLong", "Kept", "Number", "Shifted", "About"]),
                .expose(Self.queues(["a": 60, "b": 20]), ["High", "Chained", "Range", "Sub", "About"]),
                .reload(fewer, ["High", "Range", "Few", "Shifted"]),
                .expose(Self.queues(["a": 60]), ["Gone", "High", "Few", "KeptLong"]),
                .reload(Self.rules, ["Gone", "High", "Few", "KeptLong"]),
                .expose(Self.queues(["a": 1, "b": 1]), ["KeptLong"]),
                .expose(Self.queues(["a": 12, "b": 1, "c": 70]), ["High", "Range"]),
                .expose(Self.queues([:]), ["Gone"]),
            ], modes: ["remote", "local", "auto"])
        Surroundings.say("long ruler comparison: \(compared) rules, alerts and series equal")
    }
}
