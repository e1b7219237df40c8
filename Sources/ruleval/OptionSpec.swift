/// One option of a command: what parser, help, completions and man page know of it.
struct OptionSpec: Sendable {
    /// How many values follow.
    enum Arity: Sendable {
        case flag, one
        /// Everything up to the next option; the option may be repeated too.
        case many
    }

    /// With its dashes.
    let name: String
    let arity: Arity
    /// Name of the value in help, empty for flags.
    let value: String
    let help: String

    static func flag(_ name: String, _ help: String) -> OptionSpec {
        .init(name: name, arity: .flag, value: "", help: help)
    }
    static func one(_ name: String, _ value: String, _ help: String) -> OptionSpec {
        .init(name: name, arity: .one, value: value, help: help)
    }
    static func many(_ name: String, _ value: String, _ help: String) -> OptionSpec {
        .init(name: name, arity: .many, value: value, help: help)
    }
}
