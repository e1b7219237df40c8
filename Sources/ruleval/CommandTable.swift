import Base

/// All commands: one table for parsing, help, completions and the man page.
enum CommandTable {
    /// In the order of help.
    static let all: [Command] = [
        check, test, fmt, query, explain, run, demo, health, alerts, silence, route, receivers, template, incidents,
        ack, state, completions, man,
    ]

    /// What INTERFACE promises and this version has not; refused by name.
    static let later: [String: String] = [
        "replay": "replaying history comes with a later release",
        "diff": "comparing rule changes comes with a later release",
        "why": "explanations come with history",
        "history": "history comes with a later release",
        "report": "reports come with a later release",
    ]

    static func command(_ name: String) -> Command? { all.first { $0.name == name } }

    /// What `ruleval --help` prints.
    static var help: String {
        var text = "ruleval \(Version.number): from a rule file to somebody who owns the alert\n\n"
        text += "usage: ruleval COMMAND [options]\n\ncommands:\n"
        let width = all.map(\.name.count).max() ?? 0
        for command in all {
            text +=
                "  \(command.name)\(String(repeating: " ", count: width + 3 - command.name.count))\(command.summary)\n"
        }
        return text + "\n`ruleval COMMAND --help` shows options and an example.\n"
    }
}
