/// What may stand where an option's value or an operand is wanted, as completions offer it.
enum ValueKind: Equatable {
    /// One of some words.
    case words([String])
    /// A path.
    case file
    /// Anything; nothing can be offered.
    case free

    /// Read from the way help writes it: `text|json` are words, FILE, DIR and GLOB paths, other capitals anything.
    init(_ shown: String) {
        let parts = shown.split { "| []".contains($0) }.map {
            $0.hasSuffix("...") ? String($0.dropLast(3)) : String($0)
        }
        if parts.contains(where: { ["FILE", "DIR", "GLOB"].contains($0) }) {
            self = .file
        } else if !parts.isEmpty, parts.allSatisfy({ $0.allSatisfy { $0.isLowercase || $0 == "_" } }) {
            self = .words(parts)
        } else {
            self = .free
        }
    }
}

extension OptionSpec {
    /// What may follow.
    var kind: ValueKind { ValueKind(value) }
}

extension Command {
    /// The words that may stand behind the command's name: `show|test` begins the usage of such commands.
    var subcommands: [String] {
        let head = operands.prefix { $0 != " " }
        let parts = head.split(separator: "|").map(String.init)
        if parts.count > 1, case .words(let words) = ValueKind(String(head)) { return words }
        // `render NAME | check FILE...`
        let branches = operands.split(separator: "|").compactMap { $0.split(separator: " ").first.map(String.init) }
        return branches.count > 1 && branches.allSatisfy { $0.allSatisfy(\.isLowercase) } ? branches : []
    }

    /// Whether paths may stand behind the command's name.
    var takesFiles: Bool { ValueKind(operands) == .file }

    /// `usage: …`
    var usage: String {
        "ruleval \(name)\(options.isEmpty ? "" : " [options]")\(operands.isEmpty ? "" : " \(operands)")"
    }
}
