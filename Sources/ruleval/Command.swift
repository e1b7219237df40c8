import Daemon

/// What a command's run ends with.
enum ExitStatus {
    /// Clean.
    static let clean: Int32 = 0
    /// The thing checked has problems.
    static let problems: Int32 = 1
    /// Wrong usage.
    static let usage: Int32 = 2
    /// The work could not be done.
    static let failed: Int32 = 3
}

/// One command: the row of the table that parser, help, completions and man page read.
struct Command: Sendable {
    let name: String
    /// What stands behind the name in usage, options aside.
    let operands: String
    /// One line.
    let summary: String
    let options: [OptionSpec]
    /// A call that works, shown in help.
    let example: String
    /// Whether the last word is an expression even when it begins with a dash.
    var lastIsExpression = false
    /// The option in whose presence there is no expression.
    var expressionReplacedBy: String?
    /// Whether the command itself says what a signal does; any other ends at once.
    var handlesSignals = false
    /// The work; returns an exit status of ``ExitStatus``.
    let run: @Sendable (Arguments, SignalStream) async throws -> Int32

    /// What `--help` prints.
    var help: String {
        var text = "usage: \(usage)\n\n"
        text += "\(summary)\n"
        if !options.isEmpty {
            text += "\noptions:\n"
            let width = options.map { $0.name.count + $0.value.count }.max() ?? 0
            for option in options {
                let left = option.name + (option.value.isEmpty ? "" : " \(option.value)")
                text += "  \(left)\(String(repeating: " ", count: width + 3 - left.count))\(option.help)\n"
            }
        }
        return text + "\nexample:\n  \(example)\n"
    }
}
