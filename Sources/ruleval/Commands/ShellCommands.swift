extension CommandTable {
    static let completions = Command(
        name: "completions", operands: "bash|zsh|fish",
        summary: "Print the completions of a shell, made from the table that help is made from.", options: [],
        example: "ruleval completions bash > ~/.local/share/bash-completion/completions/ruleval"
    ) { arguments, _ in
        guard arguments.operands.count == 1 else { throw UsageError("name one shell: bash, zsh or fish") }
        switch arguments.operands[0] {
        case "bash": Terminal.out(BashCompletion.script(CommandTable.all))
        case "zsh": Terminal.out(ZshCompletion.script(CommandTable.all))
        case "fish": Terminal.out(FishCompletion.script(CommandTable.all))
        case let shell: throw UsageError("completions are for bash, zsh and fish, not for \(shell)")
        }
        return ExitStatus.clean
    }

    static let man = Command(
        name: "man", operands: "", summary: "Print the manual page.", options: [],
        example: "ruleval man | man -l -"
    ) { arguments, _ in
        if let extra = arguments.operands.first { throw UsageError("unexpected \(extra)") }
        Terminal.out(ManPage.source(CommandTable.all))
        return ExitStatus.clean
    }
}
