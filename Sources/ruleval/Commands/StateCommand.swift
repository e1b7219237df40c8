import Base
import JSON
import StateStore

extension CommandTable {
    static let state = Command(
        name: "state", operands: "",
        summary: "Say what a state folder holds and whether it is whole; nothing is changed.",
        options: [
            .one("--state", "DIR", "the folder (default $STATE_DIRECTORY, else /var/lib/ruleval)"),
            .one("--format", "table|json", "how to print (default table)"),
        ],
        example: "ruleval state --state /var/lib/ruleval"
    ) { arguments, _ in
        if let extra = arguments.operands.first { throw UsageError("unexpected \(extra)") }
        let format = arguments.value("--format") ?? "table"
        guard ["table", "json"].contains(format) else { throw UsageError("--format is table or json, not \(format)") }
        let directory = arguments.value("--state") ?? Environment["STATE_DIRECTORY"] ?? "/var/lib/ruleval"
        let summary = try StateSummary(directory: directory)
        Terminal.out(format == "json" ? json(summary) : text(summary))
        if let problem = problem(summary) {
            Terminal.error("ruleval state: \(problem)")
            return ExitStatus.problems
        }
        return ExitStatus.clean
    }

    private static func problem(_ summary: StateSummary) -> String? {
        if summary.version > StateSummary.known {
            return "written by a later ruleval (schema \(summary.version), this one knows \(StateSummary.known))"
        }
        return summary.damage.map {
            "damaged: \($0); the next start sets the file aside and saves what can be read"
        }
    }

    private static func text(_ summary: StateSummary) -> String {
        var text = "\(summary.directory): schema \(summary.version), \(summary.bytes) bytes"
        if let alive = summary.lastAlive { text += ", in use until \(RFC3339.string(alive))" }
        var rows = summary.tables.map { [$0.name, "\($0.rows)", "\($0.unreadable)"] }
        rows.append(["remote write samples", "\(summary.waitingSamples)", "0"])
        return text + "\n" + TextTable(header: ["what", "rows", "unreadable"], rows: rows).text
    }

    private static func json(_ summary: StateSummary) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.key("directory")
        json.string(summary.directory)
        json.key("schema")
        json.integer(summary.version)
        json.key("bytes")
        json.integer(summary.bytes)
        if let alive = summary.lastAlive {
            json.key("lastAlive")
            json.string(RFC3339.string(alive))
        }
        json.key("tables")
        json.beginObject()
        for table in summary.tables {
            json.key(table.name)
            json.beginObject()
            json.key("rows")
            json.integer(table.rows)
            json.key("unreadable")
            json.integer(table.unreadable)
            json.endObject()
        }
        json.endObject()
        json.key("remoteWriteSamples")
        json.integer(summary.waitingSamples)
        if let damage = summary.damage {
            json.key("damage")
            json.string(damage)
        }
        json.endObject()
        return json.text + "\n"
    }
}
