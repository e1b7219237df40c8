/// The words behind a benchmark's name: `--name value`.
public enum BenchmarkArguments {
    /// The value of `--name`.
    public static func text(_ name: String, _ otherwise: String) -> String {
        guard let index = CommandLine.arguments.firstIndex(of: "--" + name), index + 1 < CommandLine.arguments.count
        else { return otherwise }
        return CommandLine.arguments[index + 1]
    }

    /// The number of `--name`.
    public static func number(_ name: String, _ otherwise: Int) -> Int { Int(text(name, "")) ?? otherwise }
}
