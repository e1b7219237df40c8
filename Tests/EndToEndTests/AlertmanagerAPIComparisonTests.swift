import HTTPTransport
import JSON
import TestSupport
import Testing

/// Odd requests to API v2: ruleval answers what a real Alertmanager answers.
@Suite(
    "API v2 beside a real Alertmanager", .serialized, .enabled(if: Surroundings.hasPeer("prometheus-alertmanager")))
struct AlertmanagerAPIComparisonTests {
    private static func configuration(_ url: String) -> String {
        """
        route:
          receiver: a
          group_by: [alertname]
          group_wait: 100ms
          group_interval: 1s
          routes: [{matchers: [x=b], receiver: b}]
        receivers: [{name: a}, {name: b, labels: {team: web}}]
        inhibit_rules: [{source_matchers: [sev=crit], target_matchers: [sev=warn]}]
        """
    }

    /// Bodies for `POST /api/v2/alerts`.
    private static let alerts = [
        "[]", "", "null", "{}", "[{}]", #"[{"labels":{}}]"#, #"[{"labels":{"a":""}}]"#, #"[{"labels":null}]"#,
        #"[{"labels":{"a":1}}]"#, #"[{"labels":{"":"x"}}]"#, #"[{"labels":{"ü x":"1"}}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":"x"}]"#, #"[{"labels":{"alertname":"A"},"startsAt":""}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":null}]"#,
        #"[{"labels":{"alertname":"A"},"endsAt":"2020-01-01T00:00:00Z","startsAt":"2021-01-01T00:00:00Z"}]"#,
        #"[{"labels":{"alertname":"A"},"generatorURL":"not a url"}]"#,
        #"[{"labels":{"alertname":"A"},"generatorURL":""}]"#,
        #"[{"labels":{"alertname":"A"},"generatorURL":"http://x y"}]"#,
        #"[{"labels":{"alertname":"A"},"generatorURL":5}]"#, #"[{"labels":{"alertname":"A"},"annotations":{"":"x"}}]"#,
        #"[{"labels":{"alertname":"A"},"annotations":{"a":null}}]"#,
        #"[{"labels":{"alertname":"A"},"annotations":null}]"#,
        #"[{"labels":{"alertname":"A"},"foo":1}]"#, #"[{"labels":{"alertname":"A","alertname":"B"}}]"#,
        #"[{"labels":{"alertname":"A"}}] x"#, #"[{"labels":{"alertname":"A"}}"#, #"{"labels":{"alertname":"A"}}"#,
        #"[{"labels":{"alertname":"Good"}},{"labels":{}}]"#, #"[{"labels":{"alertname":"A\u0000"}}]"#, "[[]]", "[1]",
        #"["x"]"#, #"[{"labels":{"alertname":"D"},"startsAt":"2026-01-01"}]"#,
        #"[{"labels":{"alertname":"E"},"startsAt":"2026-01-01T00:00:00"}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":"2026-01-01 00:00:00Z"}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":1}]"#,
        #"[{"labels":{"alertname":"F"},"endsAt":"0001-01-01T00:00:00Z"}]"#,
        #"[{"Labels":{"alertname":"Case"}}]"#, #"[{"labels":{"a b":"1","alertname":"Space"}}]"#,
        #"[{"labels":{"alertname":"Zone"},"startsAt":"2026-01-01T00:00:00.123+02:00"}]"#,
        #"[{"labels":{"alertname":"Short"},"startsAt":"2026-01-01T00:00Z"}]"#,
        #"[{"labels":{"alertname":"Short"},"startsAt":"2026-01-01T00:00"}]"#,
        #"[{"labels":{"alertname":"Space"},"startsAt":"2026-01-01 00:00:00"}]"#,
        #"[{"labels":{"alertname":"Small"},"startsAt":"2026-01-01t00:00:00z"}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":"2026-02-30T00:00:00Z"}]"#,
        #"[{"labels":{"alertname":"A"},"startsAt":"2026-13-01"}]"#, " \n",
        #"[{"labels":{"alertname":"Star"},"generatorURL":"*"}]"#,
        #"[{"labels":{"alertname":"Relative"},"generatorURL":"//h/x"}]"#,
        #"[{"labels":{"alertname":"Script"},"generatorURL":"javascript:alert(1)"}]"#,
        #"[{"labels":{"alertname":"<b>&"},"annotations":{"a":"<script>alert(1)</script>","b":"{{ template }}"}}]"#,
        #"[{"labels":{"alertname":"C","sev":"crit"}},{"labels":{"alertname":"W","sev":"warn"}},{"labels":{"alertname":"X","x":"b"}}]"#,
    ]

    /// Bodies for `POST /api/v2/silences`: matchers, then what else is odd.
    private static let silences: [String] = {
        func silence(
            _ matchers: String, _ start: String = "2026-11-28T00:00:00Z", _ end: String = "2037-11-28T00:00:00Z",
            by: String = #""me""#, comment: String = #""c""#, more: String = ""
        ) -> String {
            #"{"matchers":\#(matchers),"startsAt":"\#(start)","endsAt":"\#(end)","createdBy":\#(by),"comment":\#(comment)\#(more)}"#
        }
        let good = #"[{"name":"alertname","value":"A","isRegex":false}]"#
        return [
            silence(good), silence("[]"), silence("null"), silence("[{}]"),
            silence(#"[{"name":"","value":"x","isRegex":false}]"#),
            silence(#"[{"name":"a","value":"","isRegex":false}]"#),
            silence(#"[{"name":"a","value":".*","isRegex":true}]"#),
            silence(#"[{"name":"a","value":"(","isRegex":true}]"#),
            silence(#"[{"name":"a","value":"x)(y","isRegex":true}]"#), silence(#"[{"name":"a","value":"x"}]"#),
            silence(#"[{"value":"x","isRegex":false}]"#), silence(#"[{"name":"a","isRegex":false}]"#),
            silence(#"[{"name":"a","value":"x","isRegex":false,"isEqual":false}]"#),
            silence(#"[{"name":"a","value":".*","isRegex":true,"isEqual":false}]"#),
            silence(#"[{"name":"a","value":"x","isRegex":"no"}]"#),
            silence(good, "2037-01-01T00:00:00Z", "2036-12-01T00:00:00Z"),
            silence(good, "2020-01-01T00:00:00Z", "2020-02-01T00:00:00Z"),
            silence(good, "2037-01-01T00:00:00Z", "2037-01-01T00:00:00Z"), silence(good, "x", "y"),
            silence(good, by: #""""#), silence(good, comment: #""""#), silence(good, by: "null"),
            silence(good, more: #","id":"00000000-0000-0000-0000-000000000000""#), silence(good, more: #","id":"zzz""#),
            silence(good, more: #","id":"""#), silence(good, more: #","foo":1"#),
            silence(good, more: #","annotations":{"k":"v"}"#), "{}", "", "[]", "null", #"{"matchers":\#(good)}"#,
            silence(#"[{"name":"ü","value":"x","isRegex":false}]"#),
        ]
    }()

    private static let queries = [
        "", "filter=alertname%3D%22Zone%22", "filter=", "filter=bad", "filter=a%3D~(", "active=false", "active=x",
        "active=", "silenced=0", "inhibited=False", "unprocessed=false", "muted=false", "receiver=a", "receiver=(",
        "receiver=", "receiver=zzz", "filter=alertname%3D~Z.*&filter=alertname!%3DA", "foo=bar",
        "filter=%7Balertname%3D%22Zone%22%7D", "filter=alertname=Zone,x=", "active=true&active=false",
        "filter=alertname%3E%3Cb%26", "filter=%22alertname%22%3D%22A%22", "filter=alertname%3D%60A%60", "filter=%2C",
        "filter=alertname%3D%3DA", "filter=alertname%3D~%5E%3F(%3Fi)a", "filter=a.b%3D1", "filter=%22a.b%22%3D1",
        "filter=%C3%BC%3D1", "filter=%7B%7D", "filter=alertname%3DA%7D", "filter=alertname%3D%22A", "receiver=b%7Czz",
        "filter=%ff", "receiver_matchers=team!%3Dweb", "receiver_matchers=team%3Dweb", "receiver_matchers=name%3Da",
        "receiver_matchers=bad", "receiver=x&receiver=b",
    ]

    private static let requests: [(method: String, path: String, body: String?)] = {
        var all: [(String, String, String?)] = alerts.map { ("POST", "/api/v2/alerts", $0) }
        for query in queries {
            for path in ["alerts", "alerts/groups"] { all.append(("GET", "/api/v2/\(path)?\(query)", nil)) }
        }
        all += silences.map { ("POST", "/api/v2/silences", $0) }
        for query in [
            "", "filter=alertname%3DA", "filter=alertname%3D%22A%22", "filter=bad", "filter=a!%3Dx", "filter=a%3D~(",
        ] {
            all.append(("GET", "/api/v2/silences?\(query)", nil))
        }
        for id in ["zzz", "00000000-0000-0000-0000-000000000000", ""] {
            for method in ["GET", "DELETE"] { all.append((method, "/api/v2/silence/\(id)", nil)) }
        }
        for path in ["foo", "alerts/", "silences/", "receivers/", "alerts/groups/x", "receivers?receiver_matchers=bad"]
        {
            all.append(("GET", "/api/v2/\(path)", nil))
        }
        for query in ["team%3Dweb", "team%3D", "name%3D~a|b"] {
            all.append(("GET", "/api/v2/receivers?receiver_matchers=\(query)", nil))
        }
        all += [("PUT", "/api/v2/alerts", nil), ("POST", "/api/v2/status", nil), ("DELETE", "/api/v2/silences", nil)]
        return all
    }()

    @Test("gives the same statuses and bodies")
    func sameAnswers() async throws {
        let both = try await SideBySide(Self.configuration)
        var differences: [String] = []
        for (method, path, body) in Self.requests {
            var answers: [(status: Int, text: String)] = []
            for side in both.sides {
                let answer = try await side.call(method, path, body)
                answers.append((answer.status, Self.text(answer.body)))
            }
            let isSame = answers[0].status == answers[1].status && answers[0].text == answers[1].text
            if !isSame {
                differences.append("\(method) \(path) \(body ?? "")\n  ours \(answers[0])\n  real \(answers[1])")
            }
        }
        await both.stop()
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
        Surroundings.say("odd requests to API v2: \(Self.requests.count) compared")
    }

    /// Requests whose headers are odd.
    private static let headers: [(method: String, path: String, body: String?, headers: [HTTPHeader])] = {
        let good = #"[{"labels":{"alertname":"H"}}]"#
        var all: [(String, String, String?, [HTTPHeader])] = []
        for type in [
            "application/json", "application/json; charset=utf-8", "APPLICATION/JSON", "text/plain", "text/json",
            "json",
            "application/json;", "application/json; x", "application/json, text/plain", "application/vnd.api+json",
        ] {
            let header = [HTTPHeader("Content-Type", type)]
            all += [("POST", "/api/v2/alerts", good, header), ("POST", "/api/v2/silences", "{}", header)]
            all.append(("GET", "/api/v2/receivers", nil, header))
        }
        for range in [
            "application/json", "*/*", "application/*", "text/html", "text/html, */*;q=0.1", "image/png", "x",
            "application/json;q=0.5",
        ] {
            let header = [HTTPHeader("Accept", range)]
            for path in ["receivers", "alerts?filter=bad", "silence/zzz", "nowhere"] {
                all.append(("GET", "/api/v2/\(path)", nil, header))
            }
            all.append(
                ("POST", "/api/v2/alerts", good, header + [HTTPHeader("Content-Type", "application/json")]))
        }
        all.append(("DELETE", "/api/v2/silence/zzz", "x", [HTTPHeader("Content-Type", "text/plain")]))
        for id in ["{00000000-0000-0000-0000-000000000000}", "urn:uuid:00000000-0000-0000-0000-000000000000"] {
            all.append(("GET", "/api/v2/silence/\(id)", nil, []))
        }
        return all
    }()

    @Test("answers odd headers the same, with the same headers")
    func sameHeaders() async throws {
        let both = try await SideBySide(Self.configuration)
        for (method, path, body, headers) in Self.headers {
            var answers: [String] = []
            for side in both.sides {
                let answer = try await side.call(method, path, body, headers: headers)
                let marks = ["Content-Type", "Cache-Control", "Vary"].map { "\($0): \(answer.header($0) ?? "")" }
                answers.append("\(answer.status) \(marks) \(Self.text(answer.body))")
            }
            #expect(answers[0] == answers[1], "\(method) \(path) \(headers)")
        }
        await both.stop()
    }

    @Test("gives a silence another name when its matchers change, their order too")
    func silencesChangeInPlaceOrNot() async throws {
        let both = try await SideBySide(Self.configuration)
        let matchers = ["b=c", "a=c"].map { #"{"name":"\#($0.prefix(1))","value":"c","isRegex":false}"# }
        var kept: [[Bool]] = []
        for side in both.sides {
            func set(_ matchers: [String], _ more: String) async throws -> String {
                let text =
                    #"{"matchers":[\#(matchers.joined(separator: ","))],"startsAt":"2036-01-01T00:00:00Z","# + more
                let answer = try await side.call("POST", "/api/v2/silences", text)
                return (try? JSONValue(parsing: answer.body))?["silenceID"]?.string ?? "\(answer.status)"
            }
            let rest = #""endsAt":"2037-01-01T00:00:00Z","createdBy":"me","comment":"c""#
            let first = try await set(matchers, rest + "}")
            let again = try await set(matchers, rest + #","id":"\#(first)","annotations":{"a":"b"}}"#)
            let turned = try await set(matchers.reversed(), rest + #","id":"\#(again)"}"#)
            kept.append([first == again, again == turned])
        }
        #expect(kept == [[true, false], [true, false]])
        await both.stop()
    }

    /// A body without what is of the moment; elements of lists in any order; the words of Go's JSON reader, and the order
    /// in which methods are listed, left out.
    private static func text(_ body: [UInt8]) -> String {
        guard let value = try? JSONValue(parsing: body) else { return String(decoding: body, as: UTF8.self) }
        if let items = value.array { return items.map(stable).sorted().joined(separator: "\n") }
        if let message = value["message"]?.string {
            for prefix in ["parsing alerts body", "parsing silence body", "method "] where message.hasPrefix(prefix) {
                return prefix
            }
        }
        return stable(value)
    }

    private static let momentary: Set<String> = [
        "startsAt", "endsAt", "updatedAt", "id", "silenceID", "silencedBy", "inhibitedBy", "fingerprint",
    ]

    private static func stable(_ value: JSONValue) -> String {
        if let members = value.object?.members {
            return "{"
                + members.map { "\($0.key):\(momentary.contains($0.key) ? "" : stable($0.value))" }.sorted()
                .joined(separator: ",") + "}"
        }
        if let items = value.array { return "[" + items.map(stable).joined(separator: ",") + "]" }
        var writer = JSONWriter()
        writer.value(value)
        return writer.text
    }
}
