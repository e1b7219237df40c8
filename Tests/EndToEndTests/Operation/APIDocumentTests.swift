import JSON
import TestSupport
import Testing

/// A running daemon answers as `docs/api/openapi.yml` says.
@Suite("The daemon beside its API's document")
struct DaemonAPITests {
    private static let configuration = """
        datasource: {embedded: {}}
        rule_files: [rules/*.yml]
        evaluation_interval: 1s
        route: {receiver: nobody, group_wait: 0s, escalation_policy: p}
        escalation_policies: {p: {steps: [{after: 1h, receiver: nobody}]}}
        receivers: [{name: nobody}]

        """
    private static let rules = """
        groups:
          - name: g
            rules: [{alert: Always, expr: vector(1), annotations: {a: b}}, {record: r, expr: vector(2)}]

        """
    private static let silence = """
        {"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2020-01-01T00:00:00Z",
         "endsAt":"2100-01-01T00:00:00Z","createdBy":"me","comment":"c","annotations":{"x":"y"}}
        """

    @Test func everyAnswerIsDocumented() async throws {
        let document = try APIDocument()
        let ruleval = try Ruleval(configuration: Self.configuration, rules: ["r.yml": Self.rules])
        try await ruleval.start()
        let posts: [(pattern: String, body: String)] = [
            ("/api/v2/alerts", #"[{"labels":{"alertname":"A","a":"b"}},{"labels":{"alertname":"B"}}]"#),
            ("/api/v2/alerts", #"[{"labels":{}}]"#), ("/api/v2/alerts", ""), ("/api/v2/alerts", "{"),
            ("/api/v2/silences", Self.silence), ("/api/v2/silences", "{}"), ("/api/v2/silences", "["),
            ("/api/v1/webhook/alertmanager", #"{"version":"4","alerts":[]}"#), ("/api/v1/webhook/alertmanager", "{"),
            ("/-/reload", ""), ("/api/v1/write", "rubbish"),
        ]
        for (pattern, body) in posts {
            let answer = try #require(await ruleval.post(pattern, body))
            let problem = document.problem("POST", pattern, status: answer.status, body: answer.body)
            #expect(problem == nil, "POST \(pattern) \(body)")
        }
        let isBusy = await eventually(within: .seconds(30)) {
            let groups = await ruleval.json("/api/v2/alerts/groups")?.array ?? []
            let incidents = await ruleval.json("/api/v1/incidents")?["data"]
            return groups.count >= 1 && incidents?.text.contains("\"id\"") == true
        }
        #expect(isBusy)
        let questions = document.questions()
        #expect(questions.count > 20)
        for (pattern, target) in questions {
            let answer = try #require(await ruleval.get(target), "\(target)")
            let problem = document.problem("GET", pattern, status: answer.status, body: answer.body)
            #expect(problem == nil, "GET \(target)")
        }
        let id = try #require(await ruleval.json("/api/v2/silences")?[0]?["id"]?.string)
        let answer = try #require(await ruleval.get("/api/v2/silence/\(id)"))
        #expect(
            document.problem("GET", "/api/v2/silence/{silenceID}", status: answer.status, body: answer.body) == nil)
        #expect(document.problem("GET", "/api/v2/status", status: 200, body: Array(#"{"cluster":{}}"#.utf8)) != nil)
        #expect(await ruleval.terminate() == 0)
    }
}
