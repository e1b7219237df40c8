import JSON
import TestSupport
import Testing

/// A Prometheus that answers rubbish, too much or nothing: the rule says so, nothing else happens.
@Suite("A broken Prometheus")
struct HostilePrometheusTests {
    /// What each way of answering must be called.
    static let reasons: [(ScriptedPrometheus.Mood, String)] = [
        (.html, "HTML"), (.unavailable, "503"), (.throttled, "429"), (.empty, "nothing else"), (.redirect, "redirects"),
        (.halfABody, ""), (.halfAText, ""), (.wrongShape, ""),
        (.errorBody, "too many samples"), (.notHTTP, ""), (.reset, ""), (.silence, "tim"), (.drip, "tim"),
        (.gigabyte, "larger than allowed"), (.endless, "larger than allowed"),
        (.bomb, ""), (.backwards, "time order"),
    ]

    static let rules = """
        groups:
          - name: app
            rules:
              - {alert: Up, expr: 'up == 1', labels: {severity: page}}
              - {record: 'job:up:sum', expr: 'sum by (job) (up)'}
        """

    @Test("no alert changes, the reason stands in lastError", arguments: ["remote", "local"])
    func says(_ evaluation: String) async throws {
        #expect(Set(Self.reasons.map(\.0)).count == ScriptedPrometheus.Mood.allCases.count - 2)
        let prometheus = ScriptedPrometheus()
        let endpoint = try Endpoint()
        let ruleval = try Ruleval(
            configuration: """
                datasource: {url: '\(prometheus.url)', evaluation: \(evaluation), timeout: 3s, max_response_bytes: 16MB}
                rule_files: [rules/*.yml]
                evaluation_interval: 200ms
                resend_delay: 500ms
                route: {receiver: team, group_wait: 50ms, group_interval: 200ms}
                receivers: [{name: team, webhook_configs: [{url: '\(endpoint.url)/team'}]}]
                """, rules: ["app.yml": Self.rules])
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await eventually { endpoint.calls("/team").count == 1 })
        let activeAt = await ruleval.rule("Up")?["alerts"]?[0]?["activeAt"]?.string
        #expect(activeAt != nil)

        // A result at an instant has no order of time.
        for (mood, reason) in Self.reasons where mood != .backwards || evaluation == "local" {
            let isWell = await eventually { await ruleval.rule("Up")?["health"]?.string == "ok" }
            #expect(isWell, "before \(mood)")
            Footprint.forgetPeak(of: process.id)
            prometheus.becomes(mood)
            let isSaid = await eventually(within: .seconds(40)) {
                let rule = await ruleval.rule("Up")
                return rule?["health"]?.string == "err" && rule?["lastError"]?.string?.isEmpty == false
            }
            let rule = await ruleval.rule("Up")
            let said = rule?["lastError"]?.string ?? ""
            #expect(isSaid, "\(mood)")
            #expect(said.contains(reason), "\(mood): \(said)")
            #expect(!said.isEmpty && said.utf8.count < 1000 && !said.contains("\n"), "\(mood): \(said)")
            // The other rule of the group says so too; the alert goes on as it was.
            #expect(await ruleval.rule("job:up:sum")?["health"]?.string == "err", "\(mood)")
            #expect(rule?["state"]?.string == "firing", "\(mood)")
            #expect(rule?["alerts"]?[0]?["activeAt"]?.string == activeAt, "\(mood)")
            let peak = Footprint.peak(of: process.id)
            #expect(peak < 200 << 20, "\(mood): \(peak >> 20) MB")
            #expect(await ruleval.get("/-/ready")?.status == 200, "\(mood)")
            prometheus.becomes(.well)
        }
        #expect(await eventually { await ruleval.rule("Up")?["health"]?.string == "ok" })
        #expect(endpoint.calls("/team").count == 1)
        prometheus.becomes(.silence)
        let before = prometheus.asked
        #expect(await eventually { prometheus.asked > before })
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }

    @Test func aPartOfTheDataIsAResultAndTheWarningIsToldOnce() async throws {
        let prometheus = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: """
                datasource: {url: '\(prometheus.url)', evaluation: remote}
                rule_files: [rules/*.yml]
                evaluation_interval: 100ms
                route: {receiver: nobody}
                receivers: [{name: nobody}]
                """, rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await eventually { await ruleval.rule("Up")?["state"]?.string == "firing" })
        #expect(await ruleval.rule("Up")?["warnings"] == nil)
        prometheus.becomes(.partial)
        let isShown = await eventually {
            await ruleval.rule("Up")?["warnings"]?[0]?.string == "store 10.0.0.7 did not answer"
        }
        #expect(isShown)
        let before = prometheus.asked
        #expect(await eventually { prometheus.asked > before + 6 })
        #expect(await ruleval.rule("Up")?["health"]?.string == "ok")
        #expect(await ruleval.rule("Up")?["state"]?.string == "firing")
        let metrics = await ruleval.get("/metrics")?.text(limit: 1 << 20) ?? ""
        let counted = metrics.firstMatch(of: #/\nruleval_rule_evaluation_warnings_total ([0-9]+)/#).flatMap {
            Int($0.output.1)
        }
        #expect((counted ?? 0) >= 4)
        prometheus.becomes(.well)
        #expect(await eventually { await ruleval.rule("Up")?["warnings"] == nil })
        let log = ruleval.process?.errorOutput ?? ""
        #expect(log.ranges(of: "rule's result may be wrong").count == 2, "one line a rule: \(log)")
    }

    @Test func silenceIsSaidWithinSecondsEvenWithoutAConfiguredTimeout() async throws {
        let prometheus = ScriptedPrometheus()
        prometheus.becomes(.silence)
        let ruleval = try Ruleval(
            configuration: """
                datasource: {url: '\(prometheus.url)'}
                rule_files: [rules/*.yml]
                evaluation_interval: 1s
                route: {receiver: nobody}
                receivers: [{name: nobody}]
                """, rules: ["app.yml": Self.rules])
        try await ruleval.start()
        let isSaid = await eventually(within: .seconds(15)) {
            await ruleval.rule("Up")?["health"]?.string == "err"
        }
        #expect(isSaid)
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
    }
}
