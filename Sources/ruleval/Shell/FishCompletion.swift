/// Completion for fish.
enum FishCompletion {
    /// A file in fish's `completions` folder.
    static func script(_ commands: [Command]) -> String {
        var text = "# fish completion for ruleval\ncomplete -c ruleval -f\n"
        text += "complete -c ruleval -n __fish_use_subcommand -l help -d 'show the commands'\n"
        text += "complete -c ruleval -n __fish_use_subcommand -l version -d 'show the version'\n"
        for command in commands {
            text += "complete -c ruleval -n __fish_use_subcommand -a \(command.name) -d \(quoted(command.summary))\n"
        }
        for command in commands {
            let head = "complete -c ruleval -n '__fish_seen_subcommand_from \(command.name)'"
            text += "\(head) -l help -d 'show options and an example'\n"
            for option in command.options {
                text += "\(head) -l \(option.name.dropFirst(2))"
                if option.arity != .flag { text += value(option.kind) }
                text += " -d \(quoted(option.help))\n"
            }
            let subcommands = command.subcommands
            if !subcommands.isEmpty {
                text += "\(head) -a \(quoted(subcommands.joined(separator: " "))) -F\n"
            } else if case .words(let words) = ValueKind(command.operands) {
                text += "\(head) -a \(quoted(words.joined(separator: " ")))\n"
            } else if command.takesFiles {
                text += "\(head) -F\n"
            }
        }
        return text
    }

    private static func value(_ kind: ValueKind) -> String {
        switch kind {
        case .words(let words): " -x -a \(quoted(words.joined(separator: " ")))"
        case .file: " -r -F"
        case .free: " -x"
        }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
}
