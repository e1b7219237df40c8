import Base
import Testing

@testable import Web

@Suite("Alertmanager's API of silences")
struct SilenceAPITests {
    struct Post: Sendable, CustomTestStringConvertible {
        var body: String
        var status = 400
        var text: String
        var testDescription: String { String(body.prefix(90)) }

        static func unreadable(_ body: String, _ reason: String) -> Post {
            Post(
                body: body, status: 400,
                text: #"{"code":400,"message":"parsing silence body from \"\" failed, because "# + reason + #""}"#)
        }
        static func missing(_ body: String, _ field: String) -> Post {
            Post(body: body, status: 422, text: #"{"code":602,"message":"\#(field) in body is required"}"#)
        }
    }

    private static let who = #""createdBy":"me","comment":"c""#
    private static let times = #""startsAt":"2027-01-15T08:00:00.000Z","endsAt":"2027-01-15T09:00:00.000Z""#
    private static let matchers = #""matchers":[{"name":"a","value":"b","isRegex":false}]"#
    private static func matcher(_ text: String) -> String { "{\"matchers\":[\(text)],\(who),\(times)}" }
    private static let refusedMatcher = #""invalid silence: invalid label matcher 0 in set 0: "#

    /// As Alertmanager 0.33.1 answered.
    static let posts: [Post] = [
        .missing("", "silence"), .missing("null", "comment"), .missing("{}", "comment"),
        .missing(#"{"a":1} trailing"#, "comment"),
        .missing("{\(matchers),\"comment\":\"c\",\"createdBy\":null,\(times)}", "createdBy"),
        .missing("{\(matchers),\(who)}", "endsAt"), .missing("{\(who),\(times)}", "matchers"),
        .missing("{\"matchers\":null,\(who),\(times)}", "matchers"),
        .missing(#"{\#(matchers),\#(who),"endsAt":"2027-01-15T09:00:00.000Z"}"#, "startsAt"),
        .missing(matcher("{}"), "matchers.0.isRegex"), .missing(matcher(#"{"isRegex":true}"#), "matchers.0.name"),
        .missing(matcher(#"{"isRegex":true,"name":"x"}"#), "matchers.0.value"),
        Post(
            body: "{\"matchers\":[],\(who),\(times)}", status: 422,
            text: #"{"code":612,"message":"matchers in body should have at least 1 items"}"#),
        .unreadable(
            "[]",
            #"json: cannot unmarshal array into Go value of type struct { ID string \"json:\\\"id,omitempty\\\"\" }"#),
        .unreadable(
            #"{"id":5}"#, "json: cannot unmarshal number into Go struct field .id of type string"),
        .unreadable(
            #"{"createdBy":5}"#, "json: cannot unmarshal number into Go struct field Silence.createdBy of type string"),
        .unreadable(
            #"{"matchers":5}"#,
            "json: cannot unmarshal number into Go struct field Silence.matchers of type models.Matchers"),
        .unreadable(
            matcher("5"), "json: cannot unmarshal number into Silence.matchers.0 of type models.Matcher"),
        .unreadable(
            matcher(#"{"name":"x","value":"b","isRegex":"false"}"#),
            "json: cannot unmarshal string into Go struct field Silence.matchers.0.isRegex of type bool"),
        .unreadable(
            #"{"annotations":{"a":5}}"#,
            "json: cannot unmarshal number into Go struct field Silence.annotations.a of type string"),
        .unreadable(
            #"{"startsAt":"bad"}"#, #"parsing time \"bad\" as \"2006-01-02\": cannot parse \"bad\" as \"2006\""#),
        Post(
            body:
                #"{\#(matchers),\#(who),"startsAt":"2027-01-15T09:00:00.000Z","endsAt":"2027-01-15T09:00:00.000Z"}"#,
            text: "\"Failed to create silence: start time must be before end time\"\n"),
        Post(
            body: #"{\#(matchers),\#(who),"startsAt":"2020-01-15","endsAt":"2021-01-15"}"#,
            text: "\"Failed to create silence: end time can't be in the past\"\n"),
        Post(
            body: matcher(#"{"name":"","value":"x","isRegex":false}"#),
            text: refusedMatcher + #"invalid label name \"\"""# + "\n"),
        Post(
            body: matcher(#"{"name":"a","value":"(","isRegex":true}"#),
            text: refusedMatcher
                + #"invalid regular expression \"(\": error parsing regexp: missing closing ): `(`""# + "\n"),
        Post(
            body: "{\"id\":\"nope\",\(matchers),\(who),\(times)}", status: 404, text: "\"silence not found\"\n"),
    ]

    @Test(arguments: posts)
    func refusesAsAlertmanagerDoes(_ post: Post) async {
        let surface = Surface()
        let answer = await surface.ask("POST", "/api/v2/silences", post.body)
        #expect(answer.status == post.status)
        #expect(answer.text == post.text)
        #expect(surface.backend.state.withLock { $0.silences.isEmpty })
    }

    @Test func refusesANullMatcher() async {
        let answer = await Surface().ask("POST", "/api/v2/silences", Self.matcher("null"))
        #expect(answer.status == 400)
    }

    @Test func showsWhatWasPostedFieldByField() async {
        let surface = Surface()
        let posted = await surface.ask(
            "POST", "/api/v2/silences",
            #"{"matchers":[{"name":"z","value":"b","isRegex":false},{"name":"ü -","value":"x|y","isRegex":true,"#
                + #""isEqual":false}],"annotations":{"k":"v"},\#(Self.who),"startsAt":"","endsAt":"2027-02-01"}"#)
        let id = "00000000-0000-4000-8000-000000000000"
        #expect(posted.text == "{\"silenceID\":\"\(id)\"}\n")
        let shown =
            #"{"id":"\#(id)","status":{"state":"active"},"updatedAt":"2027-01-15T08:00:00.500Z","#
            + #""annotations":{"k":"v"},"comment":"c","createdBy":"me","endsAt":"2027-02-01T00:00:00.000Z","matchers":"#
            + #"[{"isEqual":true,"isRegex":false,"name":"z","value":"b"},{"isEqual":false,"isRegex":true,"name":"ü -","#
            + #""value":"x|y"}],"startsAt":"1970-01-01T00:00:00.000Z"}"#
        #expect(await surface.ask("GET", "/api/v2/silence/\(id)").text == shown + "\n")
        #expect(await surface.ask("GET", "/api/v2/silences").text == "[\(shown)]\n")
        for (filter, isShown) in [
            ("z%3Db", true), ("z%3D~b", false), ("z%3Dc", false), ("%22%C3%BC%20-%22!~%22x%7Cy%22", true),
            ("b%3Dz", false),
        ] {
            let answer = await surface.ask("GET", "/api/v2/silences?filter=z%3Db&filter=\(filter)")
            #expect((answer.text == "[\(shown)]\n") == isShown, "\(filter)")
        }
        let bad = await surface.ask("GET", "/api/v2/silences?filter=bad")
        #expect(bad.status == 400 && bad.text == "\"bad matcher format: bad\"\n")
    }

    @Test(arguments: [
        ("GET", "x", 422, #"{"code":601,"message":"silenceID in path must be of type uuid: \"x\""}"#),
        ("DELETE", "x", 422, #"{"code":601,"message":"silenceID in path must be of type uuid: \"x\""}"#),
        ("GET", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7", 404, ""),
        ("DELETE", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7", 404, ""),
        (
            "PUT", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7", 405,
            #"{"code":405,"message":"method PUT is not allowed, but [DELETE,GET] are"}"#
        ),
    ])
    func answersForSilencesThatAreNotThere(_ method: String, _ id: String, _ status: Int, _ text: String) async {
        let answer = await Surface().ask(method, "/api/v2/silence/\(id)")
        #expect(answer.status == status)
        #expect(answer.text == text)
    }

    @Test func endsASilence() async {
        let surface = Surface()
        _ = await surface.ask("POST", "/api/v2/silences", "{\(Self.matchers),\(Self.who),\(Self.times)}")
        let path = "/api/v2/silence/00000000-0000-4000-8000-000000000000"
        let ended = await surface.ask("DELETE", path)
        #expect(ended.status == 200 && ended.text.isEmpty)
        #expect(await surface.ask("GET", path).text.contains(#""state":"expired""#))
    }

    @Test(arguments: [
        ("name%3Dr1", ["Good"]), ("name%3D~r.*", ["Good"]), ("name%3Dother", []), ("x%3D%22%22", ["Good"]),
        ("name%3Dr1&receiver_matchers=name!%3Dr1", []),
    ])
    func filtersByLabelsOfReceivers(_ query: String, _ names: [String]) async {
        let surface = Surface()
        _ = await surface.ask("POST", "/api/v2/alerts", #"[{"labels":{"alertname":"Good"}}]"#)
        let answer = await surface.ask("GET", "/api/v2/alerts?receiver_matchers=\(query)")
        #expect(["Good"].filter { answer.text.contains($0) } == names)
        let bad = await surface.ask("GET", "/api/v2/alerts?receiver_matchers=bad")
        #expect(bad.text == "\"failed to parse receiver_matchers param: bad matcher format: bad\"\n")
        let receivers = await surface.ask("GET", "/api/v2/receivers?receiver_matchers=name%3Dr2")
        #expect(receivers.text == #"[{"labels":{"name":"r2"},"name":"r2"}]"# + "\n")
    }
}
