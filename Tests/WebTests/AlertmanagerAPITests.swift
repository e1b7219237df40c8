import Alerts
import Base
import Testing
import TimeSeries

@testable import Web

@Suite("Alertmanager's API")
struct AlertmanagerAPITests {
    struct Post: Sendable, CustomTestStringConvertible {
        var body: String
        var type: String? = "application/json"
        var status: Int
        var text: String
        /// The names of the alerts that were taken.
        var taken: [String] = []
        var testDescription: String { String(body.prefix(80)) }
    }

    /// As Alertmanager 0.33.1 answered, but for the last part of messages about broken JSON.
    static let posts: [Post] = [
        Post(body: "[]", status: 200, text: ""),
        Post(body: "null", status: 200, text: ""),
        Post(body: #"[{"labels":{"alertname":"A"}}]"#, status: 200, text: "", taken: ["A"]),
        Post(body: "", status: 422, text: #"{"code":602,"message":"alerts in body is required"}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"}}]"#, type: "text/plain", status: 415,
            text:
                #"{"code":415,"message":"unsupported media type \"text/plain\", only [application/json] are allowed"}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"}}]"#, type: nil, status: 415,
            text: #"{"code":415,"message":"unsupported media type \"application/octet-stream\", only "#
                + #"[application/json] are allowed"}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"}}]"#, type: "application/json; charset=utf-8", status: 200, text: "",
            taken: ["A"]),
        Post(
            body: "{}", status: 400,
            text:
                #"{"code":400,"message":"parsing alerts body from \"\" failed, because json: cannot unmarshal object "#
                + #"into Go value of type models.PostableAlerts"}"#),
        Post(body: #"[{"labels":{}}]"#, status: 400, text: "\"at least one label pair required\"\n"),
        Post(body: "[{}]", status: 422, text: #"{"code":602,"message":"0.labels in body is required"}"#),
        Post(
            body: #"[{"labels":{"alertname":"G"}},{"labels":null}]"#, status: 422,
            text: #"{"code":602,"message":"1.labels in body is required"}"#),
        Post(
            body: #"[{"labels":{"alertname":""}},{"labels":{"alertname":"Good","e":""}}]"#, status: 400,
            text: "\"at least one label pair required\"\n", taken: ["Good"]),
        Post(
            body: #"[{"labels":{"alertname":"A"}},{"labels":{"":"x"}},{"labels":{}}]"#, status: 400,
            text: #""invalid label set: invalid name \"\"\nat least one label pair required""# + "\n", taken: ["A"]),
        Post(
            body: #"[{"labels":{"bad-name":"A","ü":"1","alertname":"U"},"annotations":{"":"x"}}]"#, status: 400,
            text: #""invalid annotations: invalid name \"\"""# + "\n"),
        Post(body: #"[{"labels":{"bad-name":"A","ü":"1","alertname":"U"}}]"#, status: 200, text: "", taken: ["U"]),
        Post(
            body: #"[{"labels":{"alertname":"A"},"startsAt":"2026-01-02T00:00:00Z","endsAt":"2026-01-01T00:00:00Z"}]"#,
            status: 400, text: "\"start time must be before end time\"\n"),
        Post(
            body: #"[{"labels":{"alertname":"A"},"startsAt":"bad"}]"#, status: 400,
            text: #"{"code":400,"message":"parsing alerts body from \"\" failed, because parsing time \"bad\" as "#
                + #"\"2006-01-02\": cannot parse \"bad\" as \"2006\""}"#),
        Post(body: #"[{"labels":{"alertname":"A"},"startsAt":"2026-01-02"}]"#, status: 200, text: "", taken: ["A"]),
        Post(
            body: #"[{"labels":{"alertname":"A"},"startsAt":"2026-01-02T03:04:05"}]"#, status: 200, text: "",
            taken: ["A"]),
        Post(
            body: #"[{"labels":{"alertname":"A"},"startsAt":5}]"#, status: 400,
            text:
                #"{"code":400,"message":"parsing alerts body from \"\" failed, because json: cannot unmarshal number "#
                + #"into Go value of type string"}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"},"generatorURL":"::not"}]"#, status: 422,
            text: #"{"code":601,"message":"0.generatorURL in body must be of type uri: \"::not\""}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"},"generatorURL":"relative"},{}]"#, status: 422,
            text: #"{"code":601,"message":"0.generatorURL in body must be of type uri: \"relative\""}"#),
        Post(
            body: #"[{"labels":{"alertname":1}}]"#, status: 400,
            text:
                #"{"code":400,"message":"parsing alerts body from \"\" failed, because json: cannot unmarshal number "#
                + #"into Go struct field Alert.labels.alertname of type string"}"#),
        Post(
            body: #"[{"labels":[]}]"#, status: 400,
            text: #"{"code":400,"message":"parsing alerts body from \"\" failed, because json: cannot unmarshal array "#
                + #"into Go struct field Alert.labels of type models.LabelSet"}"#),
        Post(
            body: #"[{"labels":{"alertname":"A"},"extra":1,"annotations":null,"generatorURL":""}]"#, status: 200,
            text: "",
            taken: ["A"]),
        Post(
            body: #"[{"labels":{"alertname":"A"}},{"labels":{"alertname":"B"}}] trailing"#, status: 200, text: "",
            taken: ["A", "B"]),
    ]

    @Test(arguments: posts)
    func takesAndRefusesPostsAsAlertmanagerDoes(_ post: Post) async {
        let surface = Surface()
        let answer = await surface.ask("POST", "/api/v2/alerts", type: post.type, post.body)
        #expect(answer.status == post.status)
        #expect(answer.text == post.text)
        #expect(
            surface.backend.state.withLock { $0.posted.map { $0.alert.labels.value(of: "alertname") } } == post.taken)
    }

    @Test(arguments: [
        "x", "{", #"[{"labels":{"alertname":"A"}},"#, "[null]", "[1]", #""x""#, "[[[[",
        String(repeating: "[", count: 200_000),
    ])
    func refusesBodiesThatAreNoAlerts(_ body: String) async {
        let surface = Surface()
        let answer = await surface.ask("POST", "/api/v2/alerts", body)
        #expect(answer.status == 400)
        #expect(answer.text.hasPrefix(#"{"code":400,"message":"parsing alerts body from \"\" failed, because "#))
        #expect(surface.backend.state.withLock { $0.posted.isEmpty })
    }

    @Test func keepsTimesAsPosted() async throws {
        let surface = Surface()
        _ = await surface.ask(
            "POST", "/api/v2/alerts",
            #"[{"labels":{"alertname":"A"},"startsAt":"0001-01-01T00:00:00.000Z","endsAt":null},"#
                + #"{"labels":{"alertname":"B"},"startsAt":"2026-01-02T03:04:05.123456+02:00","endsAt":""},"#
                + #"{"labels":{"alertname":"C"},"endsAt":"2026-01-02T03:04:05Z"}]"#)
        let posted = surface.backend.state.withLock { $0.posted }
        #expect(posted.count == 2)  // B ends before it starts
        let first = try #require(posted.first)
        #expect(first.alert.startsAt == nil && first.alert.endsAt == nil && first.source == .api)
        #expect(posted.last?.alert.endsAt == RFC3339.parse("2026-01-02T03:04:05Z"))
    }

    @Test func isNotAvailableWhenNothingCanBeKept() async {
        let surface = Surface()
        surface.backend.state.withLock { $0.failure = .unavailable("state cannot be written: disk full") }
        let answer = await surface.ask("POST", "/api/v2/alerts", #"[{"labels":{"alertname":"A"}}]"#)
        #expect(answer.status == 503)
        #expect(answer.text == #"{"code":503,"message":"state cannot be written: disk full"}"#)
    }

    private static func view(_ labels: Labels, annotations: Labels = .empty, url: String = "") -> ReceivedAlertView {
        ReceivedAlertView(
            alert: Alert(
                labels: labels, annotations: annotations, startsAt: Timestamp(milliseconds: 1_795_175_679_220),
                endsAt: Timestamp(milliseconds: 1_795_175_979_000), generatorURL: url,
                updatedAt: Timestamp(milliseconds: 1_795_175_679_200)), receivers: ["r1"])
    }

    private static let good =
        #"{"annotations":{"s":"t","x":""},"endsAt":"2026-11-20T11:59:39.000Z","fingerprint":"bfb7da6a737ed1db","#
        + #""receivers":[{"name":"r1"}],"startsAt":"2026-11-20T11:54:39.220Z","status":{"inhibitedBy":[],"mutedBy":[],"#
        + #""silencedBy":[],"state":"active"},"updatedAt":"2026-11-20T11:54:39.200Z","#
        + #""generatorURL":"http://x/y?z=1\u0026b","labels":{"alertname":"Good"}}"#

    private static func filled() -> Surface {
        let surface = Surface()
        let good = view(
            ["alertname": "Good"], annotations: Labels(keepingEmpty: [("s", "t"), ("x", "")]), url: "http://x/y?z=1&b")
        var silenced = view(["alertname": "Quiet"])
        silenced.silencedBy = ["id-1"]
        silenced.receivers = ["r1", "team.a"]
        surface.backend.state.withLock { state in
            state.received = [good, silenced]
            state.alertGroups = [
                AlertGroupView(labels: ["alertname": "Good"], receiver: "r1", alerts: [good]),
                AlertGroupView(labels: ["alertname": "Quiet"], receiver: "team.a", alerts: [silenced]),
            ]
        }
        return surface
    }

    @Test func listsAlertsFieldByField() async {
        let answer = await Self.filled().ask("GET", "/api/v2/alerts?filter=alertname%3DGood")
        #expect(answer.text == "[\(Self.good)]\n")
        #expect(answer.headers["Cache-Control"] == "no-store")
    }

    @Test(arguments: [
        ("", ["Good", "Quiet"]), ("silenced=false", ["Good"]), ("active=false", ["Quiet"]), ("active=maybe", ["Quiet"]),
        ("active=", ["Good", "Quiet"]), ("receiver=team.a", ["Quiet"]), ("receiver=team", []),
        ("receiver=r1", ["Good", "Quiet"]), ("filter=alertname%3D~%22G.*%22", ["Good"]),
        ("filter=alertname!%3DGood&filter=nothere%3D%22%22", ["Quiet"]),
        ("inhibited=0&unprocessed=0&muted=0", ["Good", "Quiet"]),
    ])
    func filters(_ query: String, _ names: [String]) async {
        let answer = await Self.filled().ask("GET", "/api/v2/alerts?\(query)")
        #expect(["Good", "Quiet"].filter { answer.text.contains("\"alertname\":\"\($0)\"") } == names)
    }

    @Test(arguments: [
        ("filter=bad", #""bad matcher format: bad""#),
        ("filter=", #""bad matcher format: ""#),
        ("receiver=%5B", #""failed to parse receiver param: error parsing regexp: missing "#),
        ("filter=%7Ba%3D%22b%22%7D", #""unexpected open or close brace: {a=\"b\"}""#),
    ])
    func refusesFilters(_ query: String, _ text: String) async {
        let answer = await Surface().ask("GET", "/api/v2/alerts?\(query)")
        #expect(answer.status == 400)
        #expect(answer.text.hasPrefix(text))
    }

    @Test func listsGroupsReceiversAndStatus() async {
        let surface = Self.filled()
        #expect(
            await surface.ask("GET", "/api/v2/alerts/groups?receiver=r1").text
                == #"[{"alerts":["# + Self.good + #"],"labels":{"alertname":"Good"},"receiver":{"name":"r1"}}]"# + "\n")
        #expect(
            await surface.ask("GET", "/api/v2/receivers").text
                == #"[{"labels":{"name":"r1","team":"db"},"name":"r1"},{"labels":{"name":"r2"},"name":"r2"}]"# + "\n")
        #expect(
            await surface.ask("GET", "/api/v2/status").text
                == #"{"cluster":{"peers":[],"status":"disabled"},"config":{"original":"route:\n  receiver: r1\n"},"#
                + #""uptime":"2027-01-15T08:00:00.500Z","versionInfo":{"branch":"","buildDate":"","buildUser":"","#
                + #""goVersion":"swift6.3","revision":"abc","version":"1.2.3"}}"# + "\n")
    }

    @Test func answersWrongPathsAndMethods() async {
        let surface = Surface()
        let missing = await surface.ask("GET", "/api/v2/nothere")
        #expect(missing.status == 404)
        #expect(missing.text == #"{"code":404,"message":"path /api/v2/nothere was not found"}"#)
        let method = await surface.ask("PUT", "/api/v2/alerts")
        #expect(method.status == 405)
        #expect(method.text == #"{"code":405,"message":"method PUT is not allowed, but [GET,POST] are"}"#)
    }

    @Test(arguments: [
        ("", true), ("http://x/y?z=1&b", true), ("/graph?g0=1", true), ("mailto:a@b", true),
        ("https://[::1]:9090/", true),
        ("http://h:90a/", false), ("http://a b/", false), ("relative", false), ("::not", false), ("a b:c", false),
        ("http://x/%zz", false), ("http://x/\u{7}", false), ("http://ü.example/ä", true),
    ])
    func takesTheAddressesThatGoTakes(_ text: String, _ valid: Bool) { #expect(RequestURI.isValid(text) == valid) }
}
