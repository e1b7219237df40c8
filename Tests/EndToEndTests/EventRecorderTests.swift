import Base
import JSON
import TestSupport
import Testing

/// `event_recorder` beside a real Alertmanager.
@Suite("Event recorder", .serialized)
struct EventRecorderTests {
    private static func configuration(_ url: String, file: String, more: String = "") -> String {
        """
        global: {resolve_timeout: 1h}
        route: {receiver: a, group_by: [alertname], group_wait: 300ms, group_interval: 1s, repeat_interval: 1h}
        receivers:
        - name: a
          webhook_configs: [{url: '\(url)/a'}]
        inhibit_rules:
        - {source_matchers: [sev=crit], target_matchers: [sev=warn], equal: [host]}
        event_recorder:
          file_outputs: [{path: '\(file)'}]
          webhook_outputs: [{url: '\(url)/events'}]
        \(more)
        """
    }

    /// Events in the order of their kinds: what is of the moment is left out.
    private static func events(_ path: String) -> [String] {
        TemporaryFolder.text(of: path).split(separator: "\n").compactMap { line in
            guard let event = try? JSONValue(parsing: Array(line.utf8)), let data = event["data"]?.object?.members.first
            else { return nil }
            return data.key + " " + text(data.value)
        }
    }

    private static let momentary: Set<String> = [
        "hash", "groupId", "groupUuid", "flushId", "startsAt", "endsAt", "updatedAt", "id", "version", "buildContext",
    ]

    private static func text(_ value: JSONValue) -> String {
        if let members = value.object?.members {
            return "{"
                + members.filter { !momentary.contains($0.key) }.map { "\($0.key):\(text($0.value))" }
                .joined(separator: ",") + "}"
        }
        if let items = value.array { return "[" + items.map(text).joined(separator: ",") + "]" }
        return value.string ?? "\(value)"
    }

    @Test("writes what Alertmanager writes", .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
    func comparison() async throws {
        let folder = try TemporaryFolder()
        let files = (folder.path + "/ours.jsonl", folder.path + "/theirs.jsonl")
        var isFirst = true
        let both = try await SideBySide(
            { url in
                defer { isFirst = false }
                return Self.configuration(url, file: isFirst ? files.0 : files.1)
            }, flags: "--enable-feature=event-recorder")
        let now = SystemClock().now()
        let silence = """
            {"matchers":[{"name":"alertname","value":"S","isRegex":false}],"createdBy":"me","comment":"c",\
            "startsAt":"\(RFC3339.string(now))","endsAt":"\(RFC3339.string(now + .seconds(3600)))"}
            """
        func post(_ body: String) async throws {
            for side in both.sides { #expect(try await side.call("POST", "/api/v2/alerts", body).status == 200) }
        }
        for side in both.sides { #expect(try await side.call("POST", "/api/v2/silences", silence).status == 200) }
        try await post(
            #"""
            [{"labels":{"alertname":"A","host":"1","sev":"crit"},"annotations":{"s":"x"}},
             {"labels":{"alertname":"A","host":"1","sev":"warn"}},{"labels":{"alertname":"S"}}]
            """#)
        #expect(await eventually { both.sides.allSatisfy { $0.endpoint.calls("/a").count == 1 } })
        #expect(await eventually { Self.events(files.0).contains { $0.hasPrefix("silenceMutedAlert") } })
        let ours = Self.events(files.0)
        let theirs = Self.events(files.1)
        // How often a flush finds something muted, and which group comes first, is a matter of time.
        #expect(Set(ours) == Set(theirs))
        for kind in ["alertCreated", "alertGrouped", "notification", "silenceCreated"] {
            #expect(ours.filter { $0.hasPrefix(kind) }.count == theirs.filter { $0.hasPrefix(kind) }.count, "\(kind)")
        }
        #expect(await eventually { both.ours.endpoint.calls("/events").count >= ours.count })
        await both.stop()
        #expect(Self.events(files.0).last?.hasPrefix("alertmanagerShutdownEvent") == true)
    }

    @Test("never stands in the way: full devices, folders, silent webhooks")
    func hostileOutputs() async throws {
        let endpoint = try Endpoint()
        let folder = try TemporaryFolder()
        let configuration = """
            route: {receiver: a, group_wait: 50ms, group_interval: 200ms}
            receivers: [{name: a, webhook_configs: [{url: '\(endpoint.url)/a'}]}]
            event_recorder:
              file_outputs: [{path: /dev/full}, {path: '\(folder.path)'}, {path: '\(folder.path)/good'}, {path: /no/such/x}]
              webhook_outputs: [{url: 'http://127.0.0.1:1/', max_retries: 1}]
              stdout_outputs: [{name: container}]
            """
        let ruleval = try Ruleval(configuration: configuration)
        try await ruleval.start()
        #expect(await ruleval.post("/api/v2/alerts", #"[{"labels":{"alertname":"A"}}]"#)?.status == 200)
        #expect(await eventually { endpoint.calls("/a").count == 1 })
        #expect(await eventually { Self.events(folder.path + "/good").contains { $0.hasPrefix("notification") } })
        #expect(await ruleval.terminate(within: .seconds(5)) == 0)
        let log = ruleval.process?.errorOutput ?? ""
        for reason in ["No space left on device", "Is a directory", "No such file or directory", "webhook"] {
            #expect(log.contains(reason), "\(log)")
        }
        // Each failure is told once.
        #expect(log.split(separator: "\n").filter { $0.contains("No space left") }.count == 1)
        let lines = (ruleval.process?.output ?? "").split(separator: "\n")
        #expect(lines.count >= 4 && lines.allSatisfy { $0.hasPrefix("{\"@timestamp\":\"") })
    }
}
