import Base
import Daemon
import JSON
import Receivers

extension CommandTable {
    static let receivers = Command(
        name: "receivers", operands: "list --config FILE",
        summary: "List the receivers of a configuration and what each tells.",
        options: [
            .one("--config", "FILE", "ruleval.yml or alertmanager.yml"),
            .one("--format", "table|json", "how to print (default table)"),
        ],
        example: "ruleval receivers list --config alertmanager.yml"
    ) { arguments, _ in
        guard arguments.operands == ["list"] else {
            throw UsageError("say list; testing a receiver is not in this version")
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
