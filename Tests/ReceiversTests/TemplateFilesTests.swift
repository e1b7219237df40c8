import Base
import GoTemplate
import JSON
import Receivers
import TestSupport
import Testing

@Suite("Template files")
struct TemplateFilesTests {
    static let data = """
        {"receiver":"team","status":"firing","externalURL":"http://am/?a=1&b=2","notification_reason":"why",
         "groupLabels":{"alertname":"Disk<1>","job":"node"},"COMMONLABELS":{"job":"node"},"unknown":[1,{"a":null}],
         "alerts":[{"status":"firing","labels":{"job":"node","b":null},"annotations":{},
                    "startsAt":"2026-01-02T03:04:05.123456789123+02:00","generatorURL":"http://p/g?x=1"},
                   {"status":"resolved","startsAt":"2026-07-02T03:04:05,5Z","endsAt":"2026-07-02T04:00:00-03:30"}]}
        """

    static let text = """
        {{ define "all" }}{{ toJson . }}|{{ printf "%v %+v %#v" .GroupLabels . .CommonAnnotations }}{{ end }}
        {{ define "times" }}{{ range .Alerts }}{{ .StartsAt }} {{ .StartsAt.Format "15:04:05.000000 MST -0700" }}
        {{ .EndsAt }} {{ .EndsAt.Sub .StartsAt }} {{ .StartsAt.Location.String }} {{ .StartsAt.Location }};{{ end }}{{ end }}
        {{ define "title" }}[{{ .Status | toUpper }}:{{ .Alerts.Firing | len }}] {{ .GroupLabels.SortedPairs.Values | join " " }}
        {{- end }}
        {{ define "html" }}<a href="{{ .ExternalURL }}" title={{ .GroupLabels.alertname }}>{{ .GroupLabels }}</a>{{ end }}
        outside {{ .Receiver }}
        """

    static func render(_ files: TemplateFiles, _ name: String, _ json: String, asHTML: Bool = false) throws -> String {
        let data = try NotificationData(json: JSONValue(parsing: json))
        return try files.render(name, data: data, asHTML: asHTML, environment: TemplateEnvironment())
    }

    @Test(
        "render as amtool renders them, byte for byte",
        arguments: [
            data, "{}", "null", #"{"alerts":[]}"#, #"{"alerts":[null,{}],"groupLabels":{}}"#,
            #"{"status":"a","Status":"b","groupLabels":{"a":"1"},"groupLabels":{"b":"2"}}"#,
        ])
    func sameAsAmtool(_ json: String) async throws {
        guard let amtool = Surroundings.peer("amtool") else { return }
        let folder = try TemporaryFolder()
        let path = try folder.write("all.tmpl", Self.text)
        let dataPath = try folder.write("data.json", json)
        let files = try TemplateFiles([(path, Self.text)])
        for (name, asHTML) in [("all", false), ("times", false), ("title", false), ("html", true), ("all.tmpl", false)]
        {
            let arguments = [
                "template", "render", "--template.glob=\(path)", "--template.data=\(dataPath)",
                "--template.type=\(asHTML ? "html" : "text")", #"--template.text={{ template "\#(name)" . }}"#,
            ]
            let process = try ChildProcess(amtool, arguments, environment: ["TZ": "UTC"], folder: folder)
            #expect(await process.waitForExit() == 0, "\(process.errorOutput)")
            #expect(try Self.render(files, name, json, asHTML: asHTML) == process.output)
        }
    }

    @Test(
        "refuse data of a wrong kind, naming the key",
        arguments: [
            (#"{"status":5}"#, "status: must be text, not"), (#"{"alerts":{}}"#, "alerts: must be a list, not"),
            (#"{"alerts":[{"startsAt":"x"}]}"#, "alerts[0].startsAt: must be a time such as"),
            (#"{"alerts":[{"startsAt":"2026-01-02T03:04:05z"}]}"#, "alerts[0].startsAt: must be a time such as"),
            (#"{"alerts":[{"startsAt":"2026-01-02 03:04:05Z"}]}"#, "alerts[0].startsAt: must be a time such as"),
            (#"{"groupLabels":{"a":1}}"#, "groupLabels.a: must be text, not"), ("[]", "must be an object, not"),
        ])
    func refusedData(_ json: String, _ message: String) throws {
        let error = #expect(throws: JSONError.self) { try NotificationData(json: JSONValue(parsing: json)) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    }

    @Test(
        "are checked without running",
        arguments: [
            (
                "{{ define \"a\" }}\n  {{ toUper .Status }}{{ end }}",
                "d/a.tmpl:2:6: error: function \"toUper\" not defined (did you mean toUpper?)\n  2 |   {{ toUper .Status }}{{ end }}\n    |      ^"
            ),
            (
                "{{ template \"nope\" . }}",
                "d/a.tmpl:1:13: error: template \"nope\" not defined\n  1 | {{ template \"nope\" . }}\n    |             ^"
            ),
            (
                "é {{ len }}",
                "d/a.tmpl:1:6: error: wrong number of args for len: want 1 got 0\n  1 | é {{ len }}\n    |      ^"
            ),
            ("{{ template \"slack.default.title\" . }}", ""),
        ])
    func checked(_ text: String, _ expected: String) throws {
        let files = try TemplateFiles([("d/a.tmpl", text)])
        #expect(files.problems.map(\.description).joined(separator: "\n") == expected)
    }

    @Test func aTemplateThatFailsSaysWhere() throws {
        let files = try TemplateFiles([("d/a.tmpl", "{{ define \"a\" }}\n{{ .Nope }}{{ end }}")])
        let problem = #expect(throws: TemplateFiles.Problem.self) { try Self.render(files, "a", "{}") }
        #expect(
            problem?.description
                == "d/a.tmpl:2:4: error: can't evaluate field Nope in type template.Data\n  2 | {{ .Nope }}{{ end }}\n    |    ^"
        )
        #expect(throws: TemplateFiles.Problem.self) { try Self.render(files, "none", "{}") }
        #expect(files.names == ["a"])
    }
}
