import Base
import Testing
import TimeSeries

@testable import Web

@Suite("Prometheus' API")
struct PrometheusAPITests {
    static let groups: [RuleGroupView] = {
        let at = Timestamp(milliseconds: 1_795_175_558_442)
        return [
            RuleGroupView(
                name: "g <1>", file: "r.yml", interval: .seconds(1), limit: 5, evaluationTime: .microseconds(683),
                lastEvaluation: at,
                rules: [
                    RuleView(
                        name: "a:b", query: "vector(1)", labels: ["l": "x", "team": "x"], health: "ok",
                        evaluationTime: .microseconds(234), lastEvaluation: at),
                    RuleView(
                        name: "Fire", query: "vector(1.5) > 0", labels: ["severity": "cr<i>", "team": "x"],
                        health: "ok", evaluationTime: .microseconds(168), lastEvaluation: at,
                        alerting: .init(
                            state: "firing", annotations: Labels(keepingEmpty: [("s", "v {{ $value }} & <b>")]),
                            alerts: [
                                RuleAlertView(
                                    labels: ["alertname": "Fire", "severity": "cr<i>", "team": "x"],
                                    annotations: ["s": "v 1.5 & <b>"], state: "firing",
                                    activeAt: Timestamp(milliseconds: 1_795_175_553_000),
                                    keepFiringSince: Timestamp(milliseconds: 1_795_175_553_120), value: 1.5)
                            ])),
                    RuleView(
                        name: "Pend", query: "vector(2)", health: "err", lastError: "many-to-many",
                        evaluationTime: .microseconds(39), lastEvaluation: nil,
                        alerting: .init(
                            state: "inactive", holdDuration: .seconds(300), keepFiringFor: .milliseconds(90_500))),
                ]),
            RuleGroupView(
                name: "plain", file: "s.yml", interval: .milliseconds(1500),
                rules: [RuleView(name: "c:d", query: "up")]),
            RuleGroupView(name: "empty", file: "s.yml", interval: .seconds(60), rules: []),
        ]
    }()

    static func surface() -> Surface {
        let surface = Surface()
        surface.backend.state.withLock { $0.groups = groups }
        return surface
    }

    static let recording =
        #"{"name":"a:b","query":"vector(1)","labels":{"l":"x","team":"x"},"health":"ok","evaluationTime":0.000234,"#
        + #""lastEvaluation":"2026-11-20T11:52:38.442Z","type":"recording"}"#
    static let alert =
        #"{"labels":{"alertname":"Fire","severity":"cr<i>","team":"x"},"annotations":{"s":"v 1.5 & <b>"},"#
        + #""state":"firing","activeAt":"2026-11-20T11:52:33Z","keepFiringSince":"2026-11-20T11:52:33.12Z","#
        + #""value":"1.5e+00"}"#
    static func alerting(alerts: String) -> String {
        #"{"state":"firing","name":"Fire","query":"vector(1.5) \u003e 0","duration":0,"keepFiringFor":0,"#
            + #""labels":{"severity":"cr<i>","team":"x"},"annotations":{"s":"v {{ $value }} & <b>"},"alerts":"#
            + alerts + #","health":"ok","evaluationTime":0.000168,"lastEvaluation":"2026-11-20T11:52:38.442Z","#
            + #""type":"alerting"}"#
    }
    static let inactive =
        #"{"state":"inactive","name":"Pend","query":"vector(2)","duration":300,"keepFiringFor":90.5,"labels":{},"#
        + #""annotations":{},"alerts":[],"health":"err","lastError":"many-to-many","evaluationTime":0.000039,"#
        + #""lastEvaluation":"0001-01-01T00:00:00Z","type":"alerting"}"#
    static func first(_ rules: String) -> String {
        #"{"name":"g \u003c1\u003e","file":"r.yml","rules":["# + rules
            + #"],"interval":1,"limit":5,"evaluationTime":0.000683,"lastEvaluation":"2026-11-20T11:52:38.442Z"}"#
    }
    static let second =
        #"{"name":"plain","file":"s.yml","rules":[{"name":"c:d","query":"up","health":"unknown","evaluationTime":0,"#
        + #""lastEvaluation":"0001-01-01T00:00:00Z","type":"recording"}],"interval":1.5,"limit":0,"#
        + #""evaluationTime":0,"lastEvaluation":"0001-01-01T00:00:00Z"}"#
    static func body(_ groups: String, next: String = "") -> String {
        #"{"status":"success","data":{"groups":["# + groups + "]" + next + "}}"
    }

    @Test func listsRulesFieldByFieldAsPrometheusDoes() async {
        let answer = await Self.surface().ask("GET", "/api/v1/rules")
        #expect(answer.status == 200)
        #expect(answer.headers["Content-Type"] == "application/json")
        #expect(
            answer.text
                == Self.body(
                    Self.first(
                        [Self.recording, Self.alerting(alerts: "[\(Self.alert)]"), Self.inactive].joined(separator: ",")
                    )
                        + "," + Self.second))
    }

    @Test(arguments: [
        ("type=alert", body(first(alerting(alerts: "[\(alert)]") + "," + inactive))),
        ("type=record", body(first(recording) + "," + second)),
        ("rule_name[]=Pend&rule_name[]=c:d", body(first(inactive) + "," + second)),
        ("file[]=s.yml", body(second)),
        ("file[]=zz", body("")),
        ("rule_group[]=g+%3C1%3E&exclude_alerts=true&rule_name[]=Fire", body(first(alerting(alerts: "null")))),
        ("match[]=%7Bl%3D%22x%22%7D", body(first(recording))),
        ("match[]=%7Bseverity%3D~%22c.*%22%7D&type=alert&exclude_alerts=1", body(first(alerting(alerts: "null")))),
    ])
    func filters(_ query: String, _ wanted: String) async {
        let answer = await Self.surface().ask("GET", "/api/v1/rules?\(query)")
        #expect(answer.text == wanted)
    }

    @Test func pagesThroughGroups() async throws {
        let surface = Self.surface()
        let one = await surface.ask("GET", "/api/v1/rules?group_limit=1&type=record")
        let start = try #require(one.text.range(of: #""groupNextToken":""#))
        let token = String(one.text[start.upperBound...].prefix { $0 != "\"" })
        #expect(one.text == Self.body(Self.first(Self.recording), next: ",\"groupNextToken\":\"\(token)\""))
        let two = await surface.ask("GET", "/api/v1/rules?group_limit=1&type=record&group_next_token=\(token)")
        #expect(two.text == Self.body(Self.second))
    }

    @Test(arguments: [
        ("type=bad", #"invalid parameter \"type\": not supported value \"bad\""#),
        ("match[]=zz%7B", "1:4: parse error: unexpected end of input inside braces"),
        (
            "group_limit=x",
            #"invalid parameter \"group_limit\": group_limit needs to be a valid number: strconv.ParseInt: parsing "#
                + #"\"x\": invalid syntax"#
        ),
        (
            "group_next_token=x",
            #"invalid parameter \"group_next_token\": group_limit needs to be present in order to paginate over the "#
                + "groups"
        ),
    ])
    func refusesParametersInPrometheusWords(_ query: String, _ error: String) async {
        let answer = await Self.surface().ask("GET", "/api/v1/rules?\(query)")
        #expect(answer.status == 400)
        #expect(answer.text == #"{"status":"error","errorType":"bad_data","error":""# + error + "\"}")
    }

    @Test func listsAlerts() async {
        let answer = await Self.surface().ask("GET", "/api/v1/alerts")
        #expect(answer.text == #"{"status":"success","data":{"alerts":["# + Self.alert + "]}}")
        #expect(await Surface().ask("GET", "/api/v1/alerts").text == #"{"status":"success","data":{"alerts":[]}}"#)
    }

    @Test func saysWhatWasBuilt() async {
        let answer = await Self.surface().ask("GET", "/api/v1/status/buildinfo")
        #expect(
            answer.text
                == #"{"status":"success","data":{"version":"1.2.3","revision":"abc","branch":"","buildUser":"","#
                + #""buildDate":"","goVersion":"swift6.3"}}"#)
    }

    @Test func answersWrongPathsAndMethods() async {
        let surface = Self.surface()
        let missing = await surface.ask("GET", "/api/v1/nothere")
        #expect(missing.status == 404 && missing.text == "404 page not found\n")
        #expect(missing.headers["X-Content-Type-Options"] == "nosniff")
        let method = await surface.ask("DELETE", "/api/v1/rules")
        #expect(method.status == 405 && method.headers["Allow"] == "GET, OPTIONS")
        #expect(await surface.ask("HEAD", "/api/v1/rules").status == 405)
        #expect(await surface.ask("OPTIONS", "/api/v1/rules").status == 204)
    }

    @Test(arguments: ["/", "/api/v1/events", "/api/v1/why"])
    func namesWhatIsNotThereYet(_ target: String) async {
        let answer = await Self.surface().ask("GET", target)
        #expect(answer.status == 501)
        #expect(answer.text.contains("is not there in this version of ruleval"))
    }
}

extension String {
    func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            start = index(after: start)
        }
        return nil
    }
}
