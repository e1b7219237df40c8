import Base

extension CheckReport {
    /// Workflow commands of GitHub Actions: each problem becomes a remark on its line of the change. The summary is a
    /// plain line of the log.
    ///
    /// - Source: GitHub's documentation, "Workflow commands for GitHub Actions".
    public var github: String {
        var out = ""
        for file in files {
            for problem in file.problems {
                let command =
                    switch problem.severity {
                    case .error: "error"
                    case .warning: "warning"
                    case .info: "notice"
                    }
                var properties = [("file", file.name)]
                if let position = problem.position {
                    properties += [("line", "\(position.line)"), ("col", "\(position.column)")]
                }
                properties.append(("title", "ruleval \(problem.rule)"))
                let list = properties.map { "\($0)=\(Self.property($1))" }.joined(separator: ",")
                out += "::\(command) \(list)::\(Self.data(problem.sentence))\n"
            }
        }
        return out + summary + "\n"
    }

    private static func data(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": out += "%25"
            case "\r": out += "%0D"
            case "\n": out += "%0A"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    private static func property(_ text: String) -> String {
        var out = ""
        for character in data(text) {
            switch character {
            case ":": out += "%3A"
            case ",": out += "%2C"
            default: out.append(character)
            }
        }
        return out
    }
}
