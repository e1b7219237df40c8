import JSON
import TestSupport
import Testing

/// The commands around silences and routes, against a running daemon.
@Suite("ruleval silence, alerts, route and receivers", .serialized)
struct SilenceCommandTests {
    private static let configuration = """
        route:
          receiver: team
          group_wait: 50ms
          routes:
          - {matchers: [job="db"], receiver: db, continue: true, group_by: [alertname]}
          - {match: {job: db}, receiver: other}
        receivers: [{name: team}, {name: db, webhook_configs: [{url: 'http://127.0.0.1:1/'}]}, {name: other}]
        """

    private static func call(_ ruleval: Ruleval, _ words: String...) async throws -> (
        status: Int32, output: String, error: String
    ) {
        try await ChildProcess.run(
            Surroundings.binary, words, environment: ["RULEVAL_URL": ruleval.url], folder: ruleval.folder)
    }

    @Test func silencesAreMadeChangedSavedAndEnded() async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        _ = await ruleval.post("/api/v2/alerts", #"[{"labels":{"alertname":"Down","job":"web","x":"1"}}]"#)
        let added = try await Self.call(
            ruleval, "silence", "add", "Down", "job=~web|db", "--duration", "2h", "--by", "ada", "--comment", "moving",
            "--annotation", "ticket=7")
        #expect(added.status == 0, "\(added.error)")
        let id = String(added.output.dropLast())
        let alerts = try await Self.call(ruleval, "alerts", "--filter", "x=1")
        #expect(alerts.output.contains("Down"))
        #expect(alerts.output.contains("suppressed"))
        #expect(alerts.output.contains("silence \(id)"))
        #expect(try await Self.call(ruleval, "alerts", "--active", "--format", "json").output == "[]\n")
        let listed = try await Self.call(ruleval, "silence", "list", "job=~web|db", "--by", "ada", "--within", "3h")
        #expect(listed.output.contains(#"alertname="Down" job=~"web|db""#))
        #expect(try await Self.call(ruleval, "silence", "list", "--within", "1h", "--format", "ids").output.isEmpty)

        // A kill loses nothing.
        await ruleval.kill()
        try await ruleval.start()
        let longer = try await Self.call(
            ruleval, "silence", "update", id, "--duration", "4h", "--comment", "still moving")
        #expect(longer.output == "\(id)\n")
        let exported = try await Self.call(ruleval, "silence", "export")
        let saved = try JSONValue(parsing: Array(exported.output.utf8))
        #expect(saved[0]?["comment"]?.string == "still moving")
        #expect(saved[0]?["annotations"]?["ticket"]?.string == "7")
        #expect(try await Self.call(ruleval, "silence", "expire", id).status == 0)
        #expect(try await Self.call(ruleval, "silence", "show", id).output.contains("expired"))
        let path = try ruleval.folder.write("saved.json", exported.output)
        #expect(try await Self.call(ruleval, "silence", "import", path).output == "1 imported, 0 ended and left out\n")
        let again = try await Self.call(ruleval, "silence", "list", "--all", "--format", "ids")
        #expect(again.output.split(separator: "\n").count == 2)
        #expect(again.output.hasSuffix("\(id)\n"))
        #expect(await ruleval.terminate() == 0)
    }

    @Test(arguments: [
        (["add"], 2, "name what to silence"), (["ad"], 2, "did you mean add?"), (["add", "{x"], 2, "brace"),
        (["add", "a=~.*"], 1, "at least one matcher must not match the empty string"),
        (["add", "a=~("], 2, "missing closing )"), (["add", "a", "--duration", "x"], 2, "--duration needs a duration"),
        (["add", "a", "--start", "now+2h", "--end", "now+1h"], 1, "start time must be before end time"),
        (["expire", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7"], 1, "there is no silence"),
        (["update", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7"], 2, "say what changes"),
        (["import", "nothere.json"], 3, "nothere.json"), (["list", "--format", "xml"], 2, "table, json or ids"),
    ])
    func refusals(_ words: [String], _ status: Int32, _ reason: String) async throws {
        let ruleval = try Ruleval(configuration: Self.configuration)
        try await ruleval.start()
        let run = try await ChildProcess.run(
            Surroundings.binary, ["silence"] + words + ["--url", ruleval.url], folder: ruleval.folder)
        #expect(run.status == status)
        #expect(run.error.contains(reason), "\(run.error)")
        #expect(await ruleval.terminate() == 0)
    }

    @Test(arguments: [
        (
            "route show", 0,
            "default-route  receiver: team\n├── {job=\"db\"}  continue: true  receiver: db\n"
                + "└── {job=\"db\"}  receiver: other\n"
        ),
        ("route test job=db", 0, "db,other\n"), ("route test job=web", 0, "team\n"),
        ("route test job=db --verify db,other", 0, "db,other\n"), ("route test job=db --verify db", 1, "db,other\n"),
        ("receivers list", 0, "receiver  integrations\nteam\ndb        webhook\nother\n"),
        ("receivers test", 2, ""), ("route", 2, ""),
    ])
    func configurations(_ words: String, _ status: Int32, _ output: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("am.yml", Self.configuration)
        let run = try await ChildProcess.run(
            Surroundings.binary, words.split(separator: " ").map(String.init) + ["--config", path], folder: folder)
        #expect(run.status == status, "\(run.error)")
        #expect(run.output == output)
    }
}
