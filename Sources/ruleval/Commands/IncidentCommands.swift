import HTTPTransport
import JSON

extension CommandTable {
    static let ack = Command(
        name: "ack", operands: "ID", summary: "Acknowledge an incident: somebody owns it, escalation stops.",
        options: [
            .one("--by", "NAME", "who owns it now (default: your login)"), .one("--note", "TEXT", "what to remember"),
            DaemonClient.option, DaemonClient.configurationOption,
        ],
        example: "ruleval ack 3f2a91 --note 'looking at the database'"
    ) { arguments, _ in
        guard arguments.operands.count == 1, let id = arguments.operands.first else {
            throw UsageError("name one incident; ruleval incidents lists them")
        }
        var body = JSONWriter()
        body.beginObject()
        body.key("by")
        body.string(arguments.value("--by") ?? Environment.login)
        body.key("comment")
        body.string(arguments.value("--note") ?? "")
        body.endObject()
        let path = "/api/v1/incidents/\(PercentEncoding.component(id))/ack"
        let answer = try await DaemonClient(arguments).ask(path, post: body.takeBytes())
        guard answer.isSuccess else {
            Terminal.error("ruleval ack: \(Self.reason(answer))")
            return ExitStatus.problems
        }
        Terminal.out("incident \(id) acknowledged\n")
        return ExitStatus.clean
    }

    static let incidents = Command(
        name: "incidents", operands: "", summary: "List incidents: what is open, who owns it, what comes next.",
        options: [.one("--format", "table|json", "how to print (default table)")] + DaemonClient.options,
        example: "ruleval incidents --format json"
    ) { arguments, _ in
        let format = arguments.value("--format") ?? "table"
        guard ["table", "json"].contains(format) else { throw UsageError("--format is table or json, not \(format)") }
        let answer = try await DaemonClient(arguments).ask("/api/v1/incidents")
        guard answer.isSuccess else {
            Terminal.error("ruleval incidents: \(Self.reason(answer))")
            return ExitStatus.problems
        }
        if format == "json" {
            Terminal.out(answer.text(limit: .max) + "\n")
            return ExitStatus.clean
        }
        let list = try JSONValue(parsing: answer.body)["data"]?["incidents"]?.array ?? []
        let columns = ["id", "status", "title", "escalationPolicy", "openedAt", "nextEscalationAt", "acknowledgedBy"]
        let rows = list.map { incident in columns.map { incident[$0]?.string ?? "" } }
        Terminal.out(TextTable(header: columns, rows: rows).text)
        return ExitStatus.clean
    }

    /// The daemon's reason for a refusal.
    private static func reason(_ answer: HTTPResponse) -> String {
        let message = (try? JSONValue(parsing: answer.body))?["error"]?.string
        return message ?? "HTTP status \(answer.status): \(answer.text(limit: 200))"
    }
}
