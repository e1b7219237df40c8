import Base
import Daemon
@preconcurrency import Glibc

extension CommandLine {
    /// Runs the command that `words` name; returns the exit status.
    static func run(_ words: [String], signals: SignalStream) async -> Int32 {
        guard let name = words.first else {
            Terminal.error(CommandTable.help)
            return ExitStatus.usage
        }
        switch name {
        case "--help", "-h", "help":
            if words.count > 1, let command = CommandTable.command(words[1]) {
                Terminal.out(command.help)
            } else {
                Terminal.out(CommandTable.help)
            }
            return ExitStatus.clean
        case "--version", "version":
            Terminal.out("ruleval \(Version.number)\n")
            return ExitStatus.clean
        default: break
        }
        if let later = CommandTable.later[name] {
            Terminal.error("ruleval \(name): not in this version: \(later)")
            return ExitStatus.usage
        }
        guard let command = CommandTable.command(name) else {
            let near = NearMiss.best(for: name, among: CommandTable.all.map(\.name))
            Terminal.error(
                "ruleval: no command \"\(name)\"" + (near.map { ": did you mean \($0)?" } ?? "; see ruleval --help"))
            return ExitStatus.usage
        }
        let rest = Array(words.dropFirst())
        if rest.contains("--help") || rest == ["-h"] {
            Terminal.out(command.help)
            return ExitStatus.clean
        }
        do {
            let isReplaced = command.expressionReplacedBy.map(rest.contains) ?? false
            let hasExpression = command.lastIsExpression && !isReplaced
            let arguments = try Arguments(rest, options: command.options, lastIsExpression: hasExpression)
            if !command.handlesSignals {
                Task.detached { for await number in signals { exit(128 + number) } }
            }
            return try await command.run(arguments, signals)
        } catch let error as UsageError {
            Terminal.error("ruleval \(name): \(error); see ruleval \(name) --help")
            return ExitStatus.usage
        } catch {
            Terminal.error("ruleval \(name): \(error)")
            return ExitStatus.failed
        }
    }
}
