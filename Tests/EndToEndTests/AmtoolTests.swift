import TestSupport
import Testing

/// The real amtool says the same of ruleval as of a real Alertmanager that was told the same.
@Suite(
    "amtool", .serialized,
    .enabled(if: Surroundings.hasPeer("amtool") && Surroundings.hasPeer("prometheus-alertmanager"))
)
struct AmtoolTests {
    private static func configuration(_ url: String) -> String {
        """
        route:
          receiver: team
          group_by: [alertname]
          group_wait: 50ms
          group_interval: 500ms
          routes:
          - receiver: db
            matchers: [job="db", severity=~"a|b"]
            continue: true
            mute_time_intervals: [never]
          - match: {job: db}
            receiver: other
            group_by: ['...']
            routes:
            - matchers: [ 'x!="1"', '"ü y"=~"z.*"' ]
              receiver: db
        time_intervals:
        - name: never
          time_intervals: [{years: ['1990']}]
        inhibit_rules:
        - {source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [alertname]}
        receivers:
        - name: team
          webhook_configs: [{url: '\(url)/team'}]
        - {name: db}
        - {name: other}
        """
    }

    /// `@N` is the N-th identifier that `silence add`, `update` or `query -q` printed, `%` the folder of the side.
    private static let calls: [[String]] = [
        ["alert", "add", "alertname=A", "job=db", "severity=a", "--annotation=s=x y"],
        ["alert", "add", "alertname=B", "job=db", "severity=warning"],
        ["alert", "add", "alertname=B", "job=db", "severity=critical"],
        ["alert", "add", "C", "foo=bar", "--generator-url=http://x/y?a=b&c"],
        ["alert", "add", "C", "--end=2020-01-01T00:00:00Z", "--start=2021-01-01T00:00:00Z"],
        ["alert", "query"], ["alert", "query", "-o", "extended"], ["alert", "query", "-o", "json"],
        ["alert", "query", "-i"], ["alert", "query", "severity=~crit.*"], ["alert", "query", "foo=bar", "-r", "team"],
        ["alert", "query", "-r", "te"], ["alert", "query", "C"], ["alert", "-u"], ["alert", "query", "foo=~("],
        ["silence", "add", "alertname=A", "job=~a|b", "--annotation=k=v", "-c", "hello", "-a", "ada", "-d", "2h"],
        ["silence", "add", "alertname=A", "-c", "quiet", "-a", "ada", "-d", "1h"],
        ["silence", "add", "foo!=bar", "z!~x", "-a", "ada"],
        ["silence", "add", "foo=~.*", "-a", "ada", "-c", "x"], ["silence", "add", "foo=~(", "-a", "ada", "-c", "x"],
        [
            "silence", "add", "foo=bar", "-a", "bob", "-c", "later", "--start=2037-01-01T00:00:00Z",
            "--end=2037-01-02T00:00:00Z",
        ],
        ["alert", "query", "-a", "-s", "-i"], ["alert", "query", "alertname!=B"], ["alert", "query", "job="],
        ["alert", "query", "foo=bar,severity=x"], ["alert", "query", "--receiver=db"],
        ["silence", "add", "foo=", "-a", "ada", "-c", "x"], ["silence", "add", "-a", "ada", "-c", "x"],
        ["silence", "add", "foo=bar", "-a", "ada", "-c", "x", "--duration=0s"],
        [
            "silence", "add", "foo=bar", "-a", "bob", "-c", "order", "--start=2037-01-02T00:00:00Z",
            "--end=2037-01-01T00:00:00Z",
        ],
        ["silence", "query"], ["silence", "query", "-o", "extended"], ["silence", "query", "-o", "json"],
        ["silence", "query", "alertname=A"], ["silence", "query", "alertname=~A"],
        ["silence", "query", "--created-by=bob"], ["silence", "query", "--within=90m"],
        ["silence", "query", "--id=@0"],
        ["alert", "query"], ["alert", "query", "-s"], ["alert", "query", "-s", "-o", "extended"],
        ["silence", "update", "-d", "4h", "@0"], ["silence", "query", "-q", "--created-by=bob"],
        ["silence", "update", "--start=2037-01-01T05:00:00Z", "@2"], ["silence", "update", "@2", "-c", "new"],
        ["silence", "update", "@2", "--end=2036-01-01T00:00:00Z"], ["silence", "query", "-o", "extended"],
        ["silence", "expire", "@0"], ["silence", "expire", "@0"], ["silence", "expire", "x"],
        ["silence", "expire", "f7a15ef1-4d4a-4c0e-8c64-d5e0d0e5a8c7"], ["silence", "query"],
        ["silence", "query", "--expired"], ["silence", "update", "-d", "4h", "@0"],
        ["silence", "import", "%.json"], ["silence", "import", "-f", "%.json"], ["silence", "query", "-o", "extended"],
        ["silence", "query", "--expired", "-o", "extended"],
        ["config", "routes", "show"], ["config", "routes", "test", "job=db", "severity=a"],
        ["config", "routes", "test", "--tree", "job=db", "x=2", "ü y=zz"],
        ["config", "routes", "test", "x=y", "--verify.receivers=team"],
        ["config", "routes", "test", "x=y", "--verify.receivers=db"], ["cluster", "show"],
        ["cluster", "show", "-o", "json"], ["config", "show"], ["config", "routes", "test", "foo"],
        ["silence", "update", "zzz", "-c", "x"], ["silence", "expire"],
        ["template", "render", "--template.text={{ .Status }} {{ range .Alerts }}{{ .Labels.SortedPairs }}{{ end }}"],
    ]

    @Test func saysTheSameOfBoth() async throws {
        let amtool = try #require(Surroundings.peer("amtool"))
        let both = try await SideBySide(Self.configuration)
        var identifiers: [[String]] = [[], []]
        var isOrdered = true
        for words in Self.calls {
            var outputs: [String] = []
            // It imports from several threads, and what ends at the same time is listed in any order.
            if words.contains("%.json") { isOrdered = false }
            for (index, side) in both.sides.enumerated() {
                if words.contains("%.json") {
                    let silences = try await side.call("GET", "/api/v2/silences")
                    try both.folder.write("\(index).json", silences.text(limit: .max))
                }
                let own = words.map { word -> String in
                    if word == "%.json" { return "\(both.folder.path)/\(index).json" }
                    guard word.contains("@"), let number = Int(word.drop { $0 != "@" }.dropFirst()),
                        number < identifiers[index].count
                    else { return word }
                    return word.prefix { $0 != "@" } + identifiers[index][number]
                }
                let run = try await ChildProcess.run(
                    amtool, ["--alertmanager.url=\(side.url)", "--no-version-check"] + own, folder: both.folder)
                if words.starts(with: ["silence"]), run.output.split(separator: "\n").count == 1 {
                    for found in run.output.matches(of: Self.uuid) {
                        let id = String(found.output)
                        if !identifiers[index].contains(id) { identifiers[index].append(id) }
                    }
                }
                let known = isOrdered ? identifiers[index] : []
                let text = Self.comparable("\(run.status)\n\(run.output)\(run.error)", side, known)
                outputs.append(isOrdered ? text : text.split(separator: "\n").sorted().joined(separator: "\n"))
            }
            #expect(outputs[0] == outputs[1], "\(words)")
            // Groups are flushed and alerts inhibited a moment after they were taken.
            if words.starts(with: ["alert", "add"]) {
                _ = await eventually(within: .milliseconds(150)) { false }
            }
        }
        await both.stop()
    }

    @Test func parsesTheConfigurationThatRulevalShows() async throws {
        let amtool = try #require(Surroundings.peer("amtool"))
        let both = try await SideBySide(Self.configuration)
        let shown = try await ChildProcess.run(
            amtool, ["--alertmanager.url=\(both.ours.url)", "config", "show"], folder: both.folder)
        #expect(shown.status == 0)
        #expect(shown.output.contains("receiver: db"))
        let path = try both.folder.write("shown.yml", shown.output)
        let checked = try await ChildProcess.run(amtool, ["check-config", path], folder: both.folder)
        #expect(checked.status == 0, "\(checked.output)\(checked.error)")
        await both.stop()
    }

    private static var uuid: Regex<Substring> { /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/ }

    /// The output without identifiers, times near now and addresses.
    private static func comparable(_ text: String, _ side: SideBySide.Side, _ identifiers: [String]) -> String {
        var text = text.replacing(":\(side.port)", with: ":PORT")
        for (index, id) in identifiers.enumerated() { text = text.replacing(id, with: "@\(index)") }
        text = text.replacing(uuid, with: "ID")
        text = text.replacing(/202[0-9]-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z| UTC)/, with: "TIME")
        // Widths of columns depend on the text that was replaced.
        return text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            .joined(separator: "\n")
    }
}
