import TestSupport
import Testing

/// The built binary, as a shell calls it.
@Suite("ruleval receivers test")
struct ReceiversCommandTests {
    private static func configuration(_ url: String) -> String {
        """
        route: {receiver: team}
        templates: ['*.tmpl']
        receivers:
        - name: team
          webhook_configs: [{url: '\(url)/secretpath', http_config: {bearer_token: secrettoken}}]
          slack_configs: [{api_url: '\(url)/slacksecret', channel: '#x', text: '{{ template "own" . }}'}]
        - name: nobody
        """
    }

    private func run(_ words: [String], _ folder: TemporaryFolder) async throws -> (
        status: Int32, output: String, errors: String
    ) {
        let result = try await ChildProcess.run(
            Surroundings.binary, ["receivers", "test", "--config", folder.path + "/alertmanager.yml"] + words,
            folder: folder, within: .seconds(60))
        return (result.status, result.output, result.error)
    }

    private func setUp(_ endpoint: Endpoint) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try folder.write("alertmanager.yml", Self.configuration(endpoint.url))
        try folder.write("own.tmpl", #"{{ define "own" }}own: {{ .CommonAnnotations.summary }}{{ end }}"#)
        return folder
    }

    @Test("sends one notification that is marked as a drill")
    func sends() async throws {
        let endpoint = try Endpoint()
        let folder = try setUp(endpoint)
        let result = try await run(["team"], folder)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output == "team/webhook[0]: delivered\nteam/slack[0]: delivered\n")
        let body = try #require(endpoint.calls("/secretpath").first?.body)
        #expect(body["commonLabels"]?["drill"]?.string == "DRILL")
        let slack = try #require(endpoint.calls("/slacksecret").first?.body["attachments"]?.array?.first)
        #expect(slack["text"]?.string == "own: DRILL: nothing is wrong")
        #expect(slack["title"]?.string?.contains("DRILL") == true)
    }

    @Test("takes the alerts of a file, and says what failed")
    func file() async throws {
        let endpoint = try Endpoint()
        let folder = try setUp(endpoint)
        let file = try folder.write(
            "alert.json", #"[{"labels":{"alertname":"Down","a":"1"},"annotations":{"summary":"it is down"}}]"#)
        let sent = try await run(["team", "--alert", file, "--resolved"], folder)
        #expect(sent.output.contains("team/slack[0]: is not told of ends"), "\(sent.output)")
        let body = try #require(endpoint.calls("/secretpath").first?.body)
        #expect(body["status"]?.string == "resolved")
        #expect(body["alerts"]?.array?.first?["annotations"]?["summary"]?.string == "DRILL: it is down")
        #expect(body["groupLabels"]?["alertname"]?.string == "Down")
        endpoint.answer(404, "no")
        let failed = try await run(["team"], folder)
        #expect(failed.status == 1)
        #expect(failed.output.contains("team/webhook[0]: failed: "), "\(failed.output)")
    }

    @Test("shows what it would send in a dry run, without secrets")
    func dryRun() async throws {
        let endpoint = try Endpoint()
        let folder = try setUp(endpoint)
        let result = try await run(["--dry-run", "team"], folder)
        #expect(result.status == 0)
        #expect(endpoint.calls().isEmpty)
        #expect(result.output.contains(#""drill":"DRILL""#) && result.output.contains("own: DRILL: nothing is wrong"))
        #expect(!result.output.contains("secret"), "\(result.output)")
    }

    @Test("says what is wrong with the call")
    func misuse() async throws {
        let folder = try setUp(try Endpoint())
        let unknown = try await run(["tem"], folder)
        #expect(unknown.status == 2 && unknown.errors.contains("did you mean team?"), "\(unknown.errors)")
        #expect(try await run([], folder).status == 2)
        let empty = try await run(["nobody"], folder)
        #expect(empty.status == 0 && empty.output == "nobody has no integrations: it tells nobody\n")
        let file = try folder.write("bad.json", "{")
        #expect(try await run(["team", "--alert", file], folder).status != 0)
    }

    @Test("template render takes the templates that a configuration names")
    func templates() async throws {
        let folder = try setUp(try Endpoint())
        let data = try folder.write("data.json", #"{"commonAnnotations":{"summary":"x"}}"#)
        let result = try await ChildProcess.run(
            Surroundings.binary,
            ["template", "render", "--config", folder.path + "/alertmanager.yml", "--data", data, "own"],
            folder: folder, within: .seconds(60))
        #expect(result.status == 0 && result.output.hasPrefix("own: x"), "\(result.output) \(result.error)")
    }
}
