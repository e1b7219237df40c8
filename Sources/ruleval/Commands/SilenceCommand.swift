import Base

extension CommandTable {
    static let silence = Command(
        name: "silence", operands: "add|list|show|expire|update|import|export [MATCHER|ID|FILE]...",
        summary: "Keep alerts quiet for a time: create, list, change, end, save and load silences.",
        options: [
            .one("--duration", "D", "add, update: how long (default 1h)"),
            .one("--start", "T", "add, update: from when on: RFC 3339, Unix seconds or now+1h (default now)"),
            .one("--end", "T", "add, update: until when, instead of --duration"),
            .one("--by", "NAME", "add: who wants it (default your login); list: whose"),
            .one("--comment", "TEXT", "add, update: why"),
            .many("--annotation", "NAME=VALUE...", "add: what tools should know"),
            .flag("--expired", "list: those that have ended instead"), .flag("--all", "list: those too"),
            .one("--within", "D", "list: that end, or have ended, within this time"),
            .one("--format", "table|json|ids", "list, show: how to print (default table)"), DaemonClient.option,
            DaemonClient.configurationOption,
        ],
        example: "ruleval silence add DiskFull instance=~'db-.*' --duration 2h --comment 'moving the volume'"
    ) { arguments, _ in
        guard let action = arguments.operands.first else {
            throw UsageError("say what: add, list, show, expire, update, import or export")
        }
        let command = SilenceCommand(
            arguments: arguments, operands: Array(arguments.operands.dropFirst()), client: try DaemonClient(arguments),
            now: SystemClock().now())
        do {
            switch action {
            case "add": try await command.add()
            case "list", "query": try await command.list()
            case "show": try await command.show()
            case "expire": try await command.expire()
            case "update": try await command.update()
            case "import": try await command.importFile()
            case "export": try await command.export()
            default:
                let near = NearMiss.best(
                    for: action, among: ["add", "list", "show", "expire", "update", "import", "export"])
                throw UsageError("cannot \(action) a silence" + (near.map { ": did you mean \($0)?" } ?? ""))
            }
            return ExitStatus.clean
        } catch let refusal as APIRefusal {
            Terminal.error("ruleval silence \(action): \(refusal)")
            return ExitStatus.problems
        }
    }
}

/// One call of `ruleval silence`.
struct SilenceCommand {
    let arguments: Arguments
    /// What follows the action.
    let operands: [String]
    let client: DaemonClient
    let now: Timestamp

    func time(_ option: String) throws(UsageError) -> Timestamp? {
        guard let text = arguments.value(option) else { return nil }
        guard let time = QueryTime.parse(text, now: now) else {
            throw UsageError("\(option) needs RFC 3339, Unix seconds or now+1h, not \(text)")
        }
        return time
    }

    func duration(_ option: String) throws(UsageError) -> Duration? {
        guard let text = arguments.value(option) else { return nil }
        guard let duration = PrometheusDuration.parse(text), duration > .zero else {
            throw UsageError("\(option) needs a duration such as 90m or 1h30m, not \(text)")
        }
        return duration
    }

    func identifiers() throws(UsageError) -> [String] {
        if operands.isEmpty { throw UsageError("name a silence; ruleval silence list lists them") }
        return operands
    }

    func format() throws(UsageError) -> String {
        let format = arguments.value("--format") ?? "table"
        guard ["table", "json", "ids"].contains(format) else {
            throw UsageError("--format is table, json or ids, not \(format)")
        }
        return format
    }
}
