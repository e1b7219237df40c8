import Alerts
import HTTPTransport
import JSON

extension CommandTable {
    static let alerts = Command(
        name: "alerts", operands: "[MATCHER...]",
        summary: "List the alerts that are on: since when, where to, why not told.",
        options: [
            .many("--filter", "MATCHER...", "only alerts whose labels match: severity=page, job=~'a|b'"),
            .one("--receiver", "PATTERN", "only alerts that go to such receivers"),
            .flag("--active", "only alerts that nothing keeps quiet"),
            .one("--format", "table|json", "how to print (default table)"), DaemonClient.option,
            DaemonClient.configurationOption,
        ],
        example: "ruleval alerts --filter severity=page"
    ) { arguments, _ in
        let format = arguments.value("--format") ?? "table"
        guard ["table", "json"].contains(format) else { throw UsageError("--format is table or json, not \(format)") }
        var query = MatcherWords.filters(
            try MatcherWords.matchers(arguments.operands) + MatcherWords.matchers(arguments.all("--filter")))
        if let receiver = arguments.value("--receiver") { query.append(("receiver", receiver)) }
        if arguments.has("--active") {
            query += [("silenced", "false"), ("inhibited", "false"), ("unprocessed", "false")]
        }
        let json: JSONValue
        do {
            let path = "/api/v2/alerts" + (query.isEmpty ? "" : "?" + PercentEncoding.form(query))
            json = try await DaemonClient(arguments).json("GET", path)
        } catch let refusal as APIRefusal {
            Terminal.error("ruleval alerts: \(refusal)")
            return ExitStatus.problems
        }
        if format == "json" {
            var writer = JSONWriter()
            writer.value(json)
            Terminal.out(writer.text + "\n")
            return ExitStatus.clean
        }
        let header = ["alert", "state", "since", "labels", "receivers", "quiet because"]
        let rows = (json.array ?? []).map(alertRow).sorted { $0.lexicographicallyPrecedes($1) }
        Terminal.out(TextTable(header: header, rows: rows).text)
        return ExitStatus.clean
    }

    private static func alertRow(_ alert: JSONValue) -> [String] {
        let labels = (alert["labels"]?.object?.members ?? []).map { ($0.key, $0.value.string ?? "") }
        let others = labels.filter { $0.0 != "alertname" }.map { AlertMatcher($0.0, equals: $0.1).description }
        func names(_ key: String, _ word: String) -> [String] {
            (alert["status"]?[key]?.array ?? []).compactMap(\.string).map { "\(word) \($0)" }
        }
        return [
            alert["labels"]?["alertname"]?.string ?? "", alert["status"]?["state"]?.string ?? "",
            alert["startsAt"]?.string ?? "", others.joined(separator: " "),
            (alert["receivers"]?.array ?? []).compactMap { $0["name"]?.string }.joined(separator: ","),
            (names("silencedBy", "silence") + names("inhibitedBy", "alert") + names("mutedBy", "interval"))
                .joined(separator: ", "),
        ]
    }
}
