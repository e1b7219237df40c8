import HTTPTransport
import JSON
import TestSupport
import Testing

/// Several addresses of a source, and what a heavy query does to ticks.
@Suite("Sources in operation")
struct SourceTests {
    static let rules = """
        groups:
          - name: app
            rules:
              - {alert: Up, expr: 'up == 1'}
        """

    @Test func anotherAddressAnswersWhenTheFirstDoesNot() async throws {
        let first = ScriptedPrometheus()
        let second = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: """
                datasource: {urls: ['\(first.url)', '\(second.url)'], timeout: 4s}
                rule_files: [rules/*.yml]
                evaluation_interval: 200ms
                route: {receiver: nobody}
                receivers: [{name: nobody}]
                """, rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { await ruleval.rule("Up")?["state"]?.string == "firing" })
        for mood in [ScriptedPrometheus.Mood.reset, .silence] {
            first.becomes(mood)
            let before = second.asked
            #expect(await eventually { second.asked > before + 3 }, "\(mood)")
            #expect(await ruleval.rule("Up")?["health"]?.string == "ok", "\(mood)")
            let metrics = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            #expect(metrics.contains("ruleval_datasource_up{url=\"\(first.url)/\"} 0"), "\(mood)")
            #expect(metrics.contains("ruleval_datasource_up{url=\"\(second.url)/\"} 1"), "\(mood)")
            first.becomes(.well)
            // It is found again by a check, and preferred from then on.
            let asked = first.asked
            #expect(await eventually(within: .seconds(30)) { first.asked > asked + 5 }, "\(mood)")
        }
        second.becomes(.reset)
        first.becomes(.reset)
        #expect(await eventually { await ruleval.rule("Up")?["health"]?.string == "err" })
        #expect(await ruleval.rule("Up")?["state"]?.string == "firing")
        second.becomes(.well)
        #expect(await eventually { await ruleval.rule("Up")?["health"]?.string == "ok" })
        #expect(await ruleval.terminate() == 0)
    }

    @Test func replicasShareTheGroups() async throws {
        let source = ScriptedPrometheus()
        let groups = (0..<12).map { "  - {name: g\($0), rules: [{alert: A\($0), expr: up == 1}]}\n" }.joined()
        var seen: [String] = []
        for share in ["1/2", "2/2"] {
            let ruleval = try Ruleval(
                configuration: """
                    datasource: {url: '\(source.url)'}
                    rule_files: [rules/*.yml]
                    route: {receiver: nobody}
                    receivers: [{name: nobody}]
                    """, rules: ["app.yml": "groups:\n" + groups])
            try await ruleval.start(options: ["--shard", share])
            let own = await ruleval.json("/api/v1/rules")?["data"]?["groups"]?.array ?? []
            seen += own.compactMap { $0["name"]?.string }
            #expect(own.count < 12)
            #expect(await ruleval.terminate() == 0)
        }
        #expect(seen.count == 12)
        #expect(Set(seen).count == 12)
    }

    @Test func aHeavyQueryOfTheAPIDelaysNoTick() async throws {
        let ruleval = try Ruleval(
            configuration: """
                datasource: {embedded: {retention: 1h}}
                rule_files: [rules/*.yml]
                route: {receiver: nobody}
                receivers: [{name: nobody}]
                evaluation_interval: 250ms
                """, rules: ["app.yml": "groups: [{name: g, rules: [{record: a, expr: vector(1)}]}]"])
        try await ruleval.start()
        @Sendable func iterations() async -> (all: Double, missed: Double) {
            let text = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            func value(_ name: String) -> Double {
                text.split(separator: "\n").first { $0.hasPrefix(name + "{") }?.split(separator: " ").last
                    .flatMap { Double($0) } ?? 0
            }
            return (
                value("prometheus_rule_group_iterations_total"), value("prometheus_rule_group_iterations_missed_total")
            )
        }
        #expect(await eventually { await iterations().all > 2 })
        let expression = PercentEncoding.form([
            ("query", "sum(sum_over_time((sin(vector(time())) + cos(vector(time())))[4d:1s]))")
        ])
        let url = ruleval.url
        let queries = (0..<4).map { _ in
            Task {
                let client = HTTPClient()
                while !Task.isCancelled {
                    _ = try? await client.send(HTTPRequest("GET", "\(url)/api/v1/query?\(expression)"))
                }
            }
        }
        let before = await iterations()
        #expect(await eventually(within: .seconds(60)) { await iterations().all >= before.all + 16 })
        let after = await iterations()
        // On a machine that does other things as well, a tick may be late for that reason.
        #expect(after.missed - before.missed <= (after.all - before.all) / 4)
        for query in queries { query.cancel() }
        #expect(await ruleval.terminate(within: .seconds(20)) == 0)
    }
}
