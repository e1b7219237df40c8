/// Completion for zsh.
enum ZshCompletion {
    /// A file called `_ruleval` on zsh's `fpath`.
    static func script(_ commands: [Command]) -> String {
        var text = "#compdef ruleval\n\n_ruleval() {\n    local -a commands\n    local context state state_descr line\n"
        text += "    typeset -A opt_args\n    commands=(\n"
        for command in commands { text += "        \(quoted(command.name + ":" + colons(command.summary)))\n" }
        text += "    )\n    _arguments -C '1:command:->command' '*::argument:->argument'\n    case $state in\n"
        text += "    command) _describe command commands ;;\n    argument)\n        case $words[1] in\n"
        for command in commands { text += arguments(command) }
        return text + "        esac\n        ;;\n    esac\n}\n\n_ruleval \"$@\"\n"
    }

    private static func arguments(_ command: Command) -> String {
        var lines = ["'--help[show options and an example]'"]
        for option in command.options {
            let help = "[\(brackets(option.help))]"
            switch option.arity {
            case .flag: lines.append(quoted(option.name + help))
            case .one: lines.append(quoted("\(option.name)=\(help):\(colons(option.value)):\(action(option.kind))"))
            case .many: lines.append(quoted("*\(option.name)\(help):\(colons(option.value)):\(action(option.kind))"))
            }
        }
        let subcommands = command.subcommands
        if !subcommands.isEmpty {
            lines.append(quoted("1:what:(\(subcommands.joined(separator: " ")))"))
            lines.append("'*:argument:_files'")
        } else {
            let kind = ValueKind(command.operands)
            if kind != .free { lines.append(quoted("*:\(colons(command.operands)):\(action(kind))")) }
        }
        let list = lines.joined(separator: " \\\n                ")
        return "        \(command.name))\n            _arguments \\\n                \(list)\n            ;;\n"
    }

    private static func action(_ kind: ValueKind) -> String {
        switch kind {
        case .words(let words): "(\(words.joined(separator: " ")))"
        case .file: "_files"
        case .free: ""
        }
    }

    private static func colons(_ text: String) -> String { replace(text, [":": "\\:"]) }
    private static func brackets(_ text: String) -> String { replace(text, ["[": "\\[", "]": "\\]", ":": "\\:"]) }

    private static func replace(_ text: String, _ escapes: [Character: String]) -> String {
        text.map { escapes[$0] ?? String($0) }.joined()
    }

    private static func quoted(_ text: String) -> String { "'" + replace(text, ["'": "'\\''"]) + "'" }
}
