import Base

/// The manual page.
enum ManPage {
    /// Its source, for man(1).
    static func source(_ commands: [Command]) -> String {
        var text = ".TH RULEVAL 1 \"\" \"ruleval \(escaped(Version.number))\" \"User commands\"\n"
        text += ".SH NAME\nruleval \\- from a rule file to somebody who owns the alert\n"
        text += ".SH SYNOPSIS\n.B ruleval\n.I COMMAND\n[options]\n"
        text +=
            ".SH DESCRIPTION\n"
            + paragraph(
                "ruleval checks and tests Prometheus rule files, evaluates them against Prometheus over HTTP, groups, routes "
                    + "and delivers what fires, and escalates until somebody owns it.")
        text += ".SH COMMANDS\n"
        for command in commands {
            text += ".SS \(escaped(command.usage))\n" + paragraph(command.summary)
            for option in command.options {
                text +=
                    ".TP\n.B \(escaped(option.name))\(option.value.isEmpty ? "" : " \\fI\(escaped(option.value))\\fR")\n"
                text += paragraph(option.help)
            }
            text += ".PP\nExample:\n.PP\n.RS\n.nf\n\(paragraph(command.example)).fi\n.RE\n"
        }
        text += ".SH EXIT STATUS\n"
        for (status, meaning) in [
            ("0", "clean"), ("1", "the thing checked has problems"), ("2", "wrong usage"),
            ("3", "the work could not be done"),
        ] {
            text += ".TP\n.B \(status)\n\(meaning)\n"
        }
        text += ".SH ENVIRONMENT\n"
        for (name, meaning) in [
            ("NO_COLOR", "when it is set and not empty, nothing is coloured"),
            ("RULEVAL_URL", "address of the daemon for commands that talk to it"),
            ("STATE_DIRECTORY", "folder of the daemon's state"),
        ] {
            text += ".TP\n.B \(escaped(name))\n\(paragraph(meaning))"
        }
        text += ".SH FILES\n.TP\n.I /etc/ruleval/ruleval.yml\nconfiguration of the service\n"
        text += ".TP\n.I /var/lib/ruleval\nits state\n"
        return text + ".SH SEE ALSO\n.BR prometheus (1),\n.BR promtool (1)\n"
    }

    /// A line of text.
    private static func paragraph(_ text: String) -> String {
        let line = escaped(text)
        // A point or a quote at the beginning would be a request.
        return (line.hasPrefix(".") || line.hasPrefix("'") ? "\\&" : "") + line + "\n"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "\\": "\\e"
            case "-": "\\-"
            case "'": "\\(aq"
            case "`": "\\(ga"
            case "^": "\\(ha"
            case "~": "\\(ti"
            case "…": "..."
            default: String(character)
            }
        }.joined()
    }
}
