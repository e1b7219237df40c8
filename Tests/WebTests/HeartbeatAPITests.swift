import Base
import JSON
import Ruler
import Testing

@testable import Web

@Suite("Heartbeats and evaluations over HTTP")
struct HeartbeatAPITests {
    private static func data(_ answer: Answer) throws -> JSONValue {
        let body = try JSONValue(parsing: Array(answer.text.utf8))
        #expect(body["status"]?.string == "success", "\(answer.text)")
        return body["data"] ?? .null
    }

    @Test func saysWhereAlertsGo() async throws {
        let targets = try Self.data(await Surface().ask("GET", "/api/v1/alertmanagers"))
        #expect(targets["activeAlertmanagers"]?[0]?["url"]?.string == "http://a:9093/api/v2/alerts")
        #expect(targets["droppedAlertmanagers"]?.array?.isEmpty == true)
    }

    @Test func takesHeartbeats() async throws {
        let surface = Surface()
        let beat = try Self.data(await surface.ask("POST", "/api/v1/heartbeat/backup", "whatever"))
        #expect(beat["name"]?.string == "backup")
        #expect(beat["missing"]?.bool == false)
        #expect(await surface.ask("POST", "/api/v1/heartbeat/nobody").status == 404)
        #expect(await surface.ask("GET", "/api/v1/heartbeat/backup").status == 405)
        let all = try Self.data(await surface.ask("GET", "/api/v1/heartbeats"))
        #expect(all["heartbeats"]?[0]?["missing"]?.bool == true)
        #expect(all["heartbeats"]?[0]?["every"]?.double == 60)
        surface.backend.state.withLock { $0.failure = .unavailable("the disk is full") }
        #expect(await surface.ask("POST", "/api/v1/heartbeat/backup").status == 503)
    }

    @Test func showsTheLastEvaluationsNewestFirst() async throws {
        let surface = Surface()
        var rule = RuleView(name: "a", query: "up")
        rule.evaluations = (0..<3).map {
            RuleEvaluation(
                at: FakeBackend.now + .seconds($0), duration: .milliseconds(1500), samples: $0, series: $0,
                error: $0 == 1 ? "no answer" : nil)
        }
        surface.backend.state.withLock { [rule] in
            $0.groups = [RuleGroupView(name: "g", file: "r.yml", interval: .seconds(1), rules: [rule])]
        }
        let data = try Self.data(await surface.ask("GET", "/api/v1/rule_evaluations?rule_name[]=a"))
        let evaluations = data["groups"]?[0]?["rules"]?[0]?["evaluations"]
        #expect(evaluations?.array?.compactMap { $0["samples"]?.double } == [2, 1, 0])
        #expect(evaluations?[1]?["error"]?.string == "no answer")
        #expect(evaluations?[0]?["error"] == nil)
        #expect(evaluations?[0]?["duration"]?.double == 1.5)
        let none = try Self.data(await surface.ask("GET", "/api/v1/rule_evaluations?rule_name[]=b"))
        #expect(none["groups"]?.array?.isEmpty == true)
    }

    @Test(
        "odd parameters of rules are refused in Prometheus' words",
        arguments: [
            (
                "exclude_alerts=foo",
                #"invalid parameter \"exclude_alerts\": error converting exclude_alerts: strconv.ParseBool: parsing \"foo\": invalid syntax"#
            ),
            ("match[]=%7B%7D", "match[] must contain at least one non-empty matcher"),
            (
                "group_limit=99999999999999999999",
                #"group_limit needs to be a valid number: strconv.ParseInt: parsing \"99999999999999999999\": value out of range"#
            ),
        ])
    func refusesRuleParameters(_ query: String, _ message: String) async {
        let answer = await Surface().ask("GET", "/api/v1/rules?" + query)
        #expect(answer.status == 400)
        #expect(answer.text.contains(message), "\(answer.text)")
    }
}
