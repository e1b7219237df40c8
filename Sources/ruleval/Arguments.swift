import Base

/// The options and operands of one call, checked against a command's specification.
struct Arguments: Sendable {
    private var values: [String: [String]] = [:]
    /// What is no option, in order.
    private(set) var operands: [String] = []

    /// Reads `words`. With `lastIsExpression` the last word is an operand whatever it begins with.
    /// - Throws: ``UsageError`` naming the word.
    init(_ words: [String], options: [OptionSpec], lastIsExpression: Bool = false) throws(UsageError) {
        var words = words[...]
        let expression = lastIsExpression ? words.popLast() : nil
        var optionsEnded = false
        while let word = words.popFirst() {
            if word == "--", !optionsEnded {
                optionsEnded = true
                continue
            }
            guard !optionsEnded, word.hasPrefix("--") || (word.hasPrefix("-") && word != "-") else {
                operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = options.first(where: { $0.name == name }) else {
                let near = NearMiss.best(for: name, among: options.map(\.name))
                throw UsageError("unknown option \(name)" + (near.map { ": did you mean \($0)?" } ?? ""))
            }
            let inline = parts.count > 1 ? String(parts[1]) : nil
            try take(option, inline, &words)
        }
        if let expression { operands.append(expression) }
    }

    private mutating func take(
        _ option: OptionSpec, _ inline: String?, _ words: inout ArraySlice<String>
    ) throws(UsageError) {
        switch option.arity {
        case .flag:
            if inline != nil { throw UsageError("\(option.name) takes no value") }
            values[option.name] = []
        case .one:
            guard let value = inline ?? words.popFirst() else {
                throw UsageError("\(option.name) needs \(option.value)")
            }
            values[option.name] = [value]
        case .many:
            var taken = inline.map { [$0] } ?? []
            while inline == nil, let next = words.first, !next.hasPrefix("--") {
                taken.append(next)
                words.removeFirst()
            }
            if taken.isEmpty { throw UsageError("\(option.name) needs \(option.value)") }
            values[option.name, default: []] += taken
        }
    }

    /// Whether the option was given.
    func has(_ name: String) -> Bool { values[name] != nil }
    /// The option's value.
    func value(_ name: String) -> String? { values[name]?.last }
    /// All values of the option.
    func all(_ name: String) -> [String] { values[name] ?? [] }
}

/// A call that a command does not understand: exit status 2.
struct UsageError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
