/// Completion for bash.
enum BashCompletion {
    /// A script that is sourced, or put where bash-completion looks for it.
    static func script(_ commands: [Command]) -> String {
        let names = (commands.map(\.name) + ["help", "--help", "--version"]).joined(separator: " ")
        return """
            # bash completion for ruleval
            _ruleval() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
                COMPREPLY=()
                # --format=json arrives as three words.
                if [[ $cur == = ]]; then
                    cur=
                elif [[ $prev == = ]]; then
                    prev=${COMP_WORDS[COMP_CWORD-2]}
                fi
                if (( COMP_CWORD == 1 )); then
                    mapfile -t COMPREPLY < <(compgen -W '\(names)' -- "$cur")
                    return
                fi
                case $command:$prev in
            \(commands.map(values).joined())    esac
                if [[ $cur == -* ]]; then
                    local options=--help
                    case $command in
            \(commands.map(options).joined())        esac
                    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
                    return
                fi
                case $command in
            \(commands.map(operands).joined())    help) mapfile -t COMPREPLY < <(compgen -W '\(names)' -- "$cur") ;;
                esac
            }
            complete -F _ruleval ruleval

            """
    }

    private static let files = "compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"

    private static func words(_ words: [String]) -> String {
        "mapfile -t COMPREPLY < <(compgen -W '\(words.joined(separator: " "))' -- \"$cur\")"
    }

    private static func values(_ command: Command) -> String {
        var text = ""
        for option in command.options where option.arity != .flag {
            text += "    \(command.name):\(option.name)) "
            switch option.kind {
            case .words(let list): text += words(list) + "; return ;;\n"
            case .file: text += files + "; return ;;\n"
            case .free: text += "return ;;\n"
            }
        }
        return text
    }

    private static func options(_ command: Command) -> String {
        if command.options.isEmpty { return "" }
        let names = command.options.map(\.name).joined(separator: " ")
        return "        \(command.name)) options='\(names) --help' ;;\n"
    }

    private static func operands(_ command: Command) -> String {
        let subcommands = command.subcommands
        if !subcommands.isEmpty {
            return """
                    \(command.name))
                        if (( COMP_CWORD == 2 )); then
                            \(words(subcommands))
                        else
                            \(files)
                        fi
                        ;;

                """
        }
        if case .words(let list) = ValueKind(command.operands) { return "    \(command.name)) \(words(list)) ;;\n" }
        return command.takesFiles ? "    \(command.name)) \(files) ;;\n" : ""
    }
}
