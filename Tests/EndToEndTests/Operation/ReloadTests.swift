import TestSupport
import Testing

/// `/-/reload` and SIGHUP: all or nothing, said wherever somebody looks.
@Suite("Reload")
struct ReloadTests {
    private static func configuration(_ url: String, more: String = "") -> String {
        """
        route: {receiver: team, group_by: [alertname], group_wait: 50ms, group_interval: 300ms, repeat_interval: 1h}
        receivers:
        - name: team
          webhook_configs: [{url: '\(url)/team'}]
        \(more)
        """
    }

    private static func post(_ ruleval: Ruleval, _ name: String) async -> Int? {
        await ruleval.post("/api/v2/alerts", #"[{"labels":{"alertname":"\#(name)"}}]"#)?.status
    }

    @Test("A bad file keeps the old configuration, and answer, log and metrics say so")
    func badFile() async throws {
        let endpoint = try Endpoint()
        let good = Self.configuration(endpoint.url)
        let ruleval = try Ruleval(configuration: good)
        try await ruleval.start()
        #expect(await Self.post(ruleval, "A") == 200)
        #expect(await eventually { endpoint.calls("/team").count == 1 })

        try ruleval.folder.write("ruleval.yml", good + "\nrout: {}\n")
        let answer = try #require(await ruleval.post("/-/reload"))
        #expect(answer.status == 500)
        let place = "ruleval.yml:6:1: error: unknown key 'rout' in the configuration (did you mean 'route'?)"
        #expect(answer.text(limit: 10_000).contains(place), "\(answer.text(limit: 10_000))")
        let log = try #require(ruleval.process?.errorOutput)
        #expect(
            log.contains("configuration is wrong, the old one stays in force") && log.contains("unknown key 'rout'"))
        let metrics = await ruleval.get("/metrics")?.text(limit: 1 << 20) ?? ""
        for program in ["alertmanager", "prometheus", "ruleval"] {
            #expect(metrics.contains("\n\(program)_config_last_reload_successful 0\n"), "\(program)")
        }

        // Work goes on by the old one, and nobody is told twice.
        #expect(await Self.post(ruleval, "B") == 200)
        #expect(await eventually { endpoint.calls("/team").count == 2 })

        // SIGHUP does the same as the POST.
        try ruleval.folder.write("ruleval.yml", good + "receivers: []\n")
        ruleval.process?.signal(1)
        #expect(
            await eventually { (ruleval.process?.errorOutput ?? "").components(of: "the old one stays in force") == 2 })
        try ruleval.folder.write("ruleval.yml", Self.configuration(endpoint.url, more: "time_intervals: [{name: x}]"))
        ruleval.process?.signal(1)
        #expect(
            await eventually {
                await ruleval.get("/metrics")?.text(limit: 1 << 20)
                    .contains("\nalertmanager_config_last_reload_successful 1\n") == true
            })
        #expect(
            await ruleval.json("/api/v2/status")?["config"]?["original"]?.string?.contains("name: x") == true)
        #expect(await Self.post(ruleval, "A") == 200)
        #expect(await Self.post(ruleval, "C") == 200)
        #expect(await eventually { endpoint.calls("/team").count == 3 })
        #expect(await ruleval.terminate() == 0)
    }
}

extension String {
    /// How often `text` stands in it.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
