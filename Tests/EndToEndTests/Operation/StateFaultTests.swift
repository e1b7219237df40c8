import TestSupport
import Testing

/// A state folder without room, and one of a later version.
@Suite("Faults of the state folder")
struct StateFaultTests {
    static let rules = """
        groups:
          - name: app
            interval: 200ms
            rules: [{alert: Up, expr: up == 1}]
        """

    private static func configuration(_ source: ScriptedPrometheus, _ endpoint: Endpoint) -> String {
        """
        datasource: {url: '\(source.url)', timeout: 2s}
        rule_files: [rules/*.yml]
        self_watch: {interval: 200ms, for: 400ms}
        route: {receiver: team, group_by: [alertname], group_wait: 50ms, group_interval: 200ms}
        receivers: [{name: team, webhook_configs: [{url: '\(endpoint.url)/team'}]}]
        """
    }

    /// Whether the alert has been told as `status`.
    private static func isTold(_ endpoint: Endpoint, _ name: String, _ status: String) -> Bool {
        endpoint.calls("/team").flatMap { $0.body["alerts"]?.array ?? [] }.contains {
            $0["labels"]?["alertname"]?.string == name && $0["status"]?.string == status
        }
    }

    /// Lets the process write files of so many bytes only, as a full disk does; nil for as many as it likes.
    private static func allow(_ bytes: Int?, _ ruleval: Ruleval) async throws -> Bool {
        let limit = bytes.map { String($0) } ?? "unlimited"
        let process = ruleval.process?.id ?? 0
        return try await ChildProcess.run(
            "/usr/bin/prlimit", ["--pid", "\(process)", "--fsize=\(limit):unlimited"], folder: ruleval.folder
        ).status == 0
    }

    @Test func withoutRoomAlertsGoOnItIsSaidAndRecoversByItself() async throws {
        let source = ScriptedPrometheus()
        let endpoint = try Endpoint()
        source.becomes(.reset)
        let ruleval = try Ruleval(
            configuration: Self.configuration(source, endpoint), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        let process = try #require(ruleval.process)
        #expect(await eventually { await ruleval.rule("Up")?["health"]?.string == "err" })
        @Sendable func metric(_ line: String) async -> Bool {
            await ruleval.get("/metrics").map { String(decoding: $0.body, as: UTF8.self) }?.contains(line) ?? false
        }
        #expect(try await Self.allow(8192, ruleval))
        source.becomes(.well)
        #expect(await eventually { Self.isTold(endpoint, "Up", "firing") })
        #expect(await eventually { await metric("\nruleval_state_failing 1\n") })
        #expect(await eventually { Self.isTold(endpoint, "RulevalStateFailing", "firing") })
        #expect(await ruleval.rule("Up")?["state"]?.string == "firing")
        #expect(await ruleval.get("/-/ready")?.status == 200)
        #expect(try await Self.allow(nil, ruleval))
        #expect(await eventually { await metric("\nruleval_state_failing 0\n") })
        #expect(await eventually { await metric("\nruleval_state_unwritten_changes 0\n") })
        #expect(process.errorOutput.contains("state can be written again"))
        let activeAt = await ruleval.rule("Up")?["alerts"]?[0]?["activeAt"]?.string
        #expect(activeAt != nil)
        // What happened without room is known to the next life.
        await ruleval.kill()
        try await ruleval.start()
        #expect(await ruleval.rule("Up")?["alerts"]?[0]?["activeAt"]?.string == activeAt)
        #expect(await ruleval.terminate() == 0)
    }

    @Test func ofALaterVersionItIsRefusedWithTheWayOut() async throws {
        let source = ScriptedPrometheus()
        let ruleval = try Ruleval(
            configuration: Self.configuration(source, try Endpoint()), rules: ["app.yml": Self.rules])
        try await ruleval.start()
        #expect(await ruleval.terminate() == 0)
        let file = ruleval.folder.path + "/state/ruleval.db"
        var bytes = TemporaryFolder.bytes(of: file, limit: 64 << 20)
        // Where SQLite keeps `user_version`.
        bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
        try HostileFile.write(bytes, to: file)
        try ruleval.launch()
        let process = try #require(ruleval.process)
        #expect(await process.waitForExit(within: .seconds(20)) == 3)
        #expect(process.errorOutput.contains("written by a later ruleval"), "\(process.errorOutput)")
        #expect(process.errorOutput.contains("start that version again, or name another folder with --state"))
        let isUntouched = TemporaryFolder.bytes(of: file, limit: 64 << 20) == bytes
        #expect(isUntouched)
    }
}
