import HTTPTransport
import JSON
import TestSupport
import Testing

/// What remote write and the source remember across outages, kills and new state folders.
@Suite(
    "Samples and alerts across outages", .serialized, .enabled(if: Surroundings.hasPeer("prometheus")))
struct RemoteWriteLogTests {
    static let rules = """
        groups:
          - name: app
            interval: 200ms
            rules:
              - {record: 'app:queue:double', expr: app_queue * 2}
              - {alert: Long, expr: 'app_queue > 10', for: 1s, labels: {severity: page}}
              - {alert: Slow, expr: 'app_queue > 10', for: 1h}
        """

    private static func configuration(_ source: RealPrometheus, _ target: RealPrometheus) -> String {
        """
        datasource: {url: '\(source.url)'}
        rule_files: [rules/*.yml]
        resend_delay: 500ms
        external_labels: {cluster: eu}
        remote_write: [{url: '\(target.url)/api/v1/write', name: t}]
        """
    }

    private static func times(_ server: RealPrometheus, _ selector: String) async -> [Double] {
        let query = PercentEncoding.form([("query", selector + "[10m]")])
        guard let answer = try? await HTTPClient().send(HTTPRequest("GET", "\(server.url)/api/v1/query?\(query)")),
            let body = try? JSONValue(parsing: answer.body)
        else { return [] }
        return (body["data"]?["result"]?[0]?["values"]?.array ?? []).compactMap { $0[0]?.double }
    }

    @Test func anOutageOfTheTargetAndAKillLoseNoSample() async throws {
        let exporter = try Exporter("app_queue 15\n")
        let source = try #require(try await RealPrometheus.start(scraping: exporter.target))
        let target = try #require(try await RealPrometheus.start(scraping: exporter.target))
        #expect(await eventually { await source.count("app_queue") == 1 })
        await target.kill()
        let ruleval = try Ruleval(
            configuration: Self.configuration(source, target), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        @Sendable func metric(_ name: String) async -> Double {
            let text = await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) } ?? ""
            return text.split(separator: "\n").first { $0.hasPrefix(name) }
                .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? 0
        }
        @Sendable func pending() async -> Double { await metric("prometheus_remote_storage_samples_pending") }
        /// Ticks that gave nothing because the machine or the source was slow.
        @Sendable func slow() async -> Double {
            await metric("ruleval_rule_group_iterations_missed_total")
                + metric("ruleval_rule_evaluation_failures_total")
        }
        #expect(await eventually { await pending() > 60 })
        let before = await pending()
        // The kill, and ticks that a busy machine skips after the counter was read.
        var allowed = 3 + Int(await slow())
        await ruleval.kill()
        try await ruleval.start()
        // What the kill left is there again.
        #expect(await pending() >= before)
        #expect(await eventually { await pending() > before + 60 })
        try await target.run()
        #expect(await eventually(within: .seconds(60)) { await pending() <= 10 })
        let times = await Self.times(target, "app:queue:double")
        #expect(times.count > 20)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        allowed += Int(await slow())
        // Ticks are exactly an interval apart, but where the process was away.
        #expect(gaps.count { $0 > 0.21 } <= allowed, "\(gaps)")
        // What had waited in the log, 30 ticks and more, would leave a wider one.
        #expect(gaps.allSatisfy { $0 < 5 }, "\(gaps)")
        #expect(await ruleval.terminate() == 0)
        let size = TemporaryFolder.bytes(of: ruleval.folder.path + "/state/remote-write.db", limit: 64 << 20).count
        #expect(size < 512 << 10, "\(size)")
        await source.kill()
        await target.kill()
    }

    @Test(
        "What the state folder does not know any more is learned from the source: since when alerts are active",
        arguments: [false, true])
    func learns(isDamaged: Bool) async throws {
        let exporter = try Exporter("app_queue 15\n")
        let source = try #require(try await RealPrometheus.start(scraping: exporter.target))
        #expect(await eventually { await source.count("app_queue") == 1 })
        let configuration = Self.configuration(source, source)
        let first = try Ruleval(configuration: configuration, rules: ["app.yml": Self.rules])
        try await first.start()
        #expect(await eventually { await first.rule("Long")?["state"]?.string == "firing" })
        #expect(
            await eventually { await source.count(#"ALERTS_FOR_STATE{alertname="Slow",cluster="eu"}"#) == 1 })
        @Sendable func activeAt(_ ruleval: Ruleval, _ name: String) async -> String {
            await ruleval.rule(name)?["alerts"]?[0]?["activeAt"]?.string ?? ""
        }
        let long = await activeAt(first, "Long")
        #expect(long.count > 19)
        #expect(await first.terminate() == 0)
        // Another folder for everything, the same rule file name; or the same, with rubbish in the place of the state.
        let second = isDamaged ? first : try Ruleval(configuration: configuration, rules: ["app.yml": Self.rules])
        if isDamaged {
            try HostileFile.write([UInt8](repeating: 0x5A, count: 10_000), to: first.folder.path + "/state/ruleval.db")
        }
        try await second.start()
        #expect(await eventually { await second.rule("Long")?["health"]?.string == "ok" })
        // It fires with the first evaluation: it was active for longer than a second before.
        #expect(await second.rule("Long")?["state"]?.string == "firing")
        // ALERTS_FOR_STATE knows seconds only.
        #expect(await activeAt(second, "Long").prefix(19) == long.prefix(19))
        #expect(await second.rule("Slow")?["state"]?.string == "pending")
        #expect(await second.terminate() == 0)
        await source.kill()
    }
}
