import Base
import Daemon
import JSON
import Receivers

extension CommandTable {
    static let receivers = Command(
        name: "receivers", operands: "list|test --config FILE [NAME]",
        summary: "List the receivers of a configuration, or send one a notification that is marked as a drill.",
        options: [
            .one("--config", "FILE", "ruleval.yml or alertmanager.yml"),
            .one("--format", "table|json", "how to print the list (default table)"),
            .one(
                "--alert", "FILE",
                "test: JSON with an alert or several, as /api/v2/alerts takes them, or a webhook body"),
            .flag("--resolved", "test: the alerts have ended"),
            .flag("--dry-run", "test: show what would be sent, send nothing"),
        ],
        example: "ruleval receivers test --config alertmanager.yml --dry-run team-db"
    ) { arguments, _ in
        if arguments.operands.first == "test" { return try await testReceiver(arguments) }
        guard arguments.operands == ["list"] else { throw UsageError("say list, or test and the name of a receiver") }
        for option in ["--alert", "--resolved", "--dry-run"] where arguments.has(option) {
            throw UsageError("\(option) belongs to test")
        }
        guard let path = arguments.value("--config") else { throw UsageError("--config FILE is required") }
        let format = arguments.value("--format") ?? "table"
        guard ["table", "json"].contains(format) else { throw UsageError("--format is table or json, not \(format)") }
        let found: [ReceiverDefinition]
        do throws(Diagnostics) { found = try DaemonConfiguration.load(path).receivers.receivers } catch {
            Terminal.error("\(error)")
            return ExitStatus.problems
        }
        if format == "table" {
            let rows = found.map { [$0.name, $0.settings.map { type(of: $0).type }.joined(separator: ",")] }
            Terminal.out(TextTable(header: ["receiver", "integrations"], rows: rows).text)
            return ExitStatus.clean
        }
        var json = JSONWriter()
        json.beginArray()
        for receiver in found {
            json.beginObject()
            json.key("name")
            json.string(receiver.name)
            json.key("integrations")
            json.beginArray()
            for settings in receiver.settings { json.string(type(of: settings).type) }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        Terminal.out(json.text + "\n")
        return ExitStatus.clean
    }
}
