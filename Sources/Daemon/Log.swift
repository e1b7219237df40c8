import Base
@preconcurrency import Glibc

/// Lines for the operator on standard error: `time=… level=… msg="…" key=value …`.
public struct Log: Sendable {
    /// How much it matters.
    public enum Level: String, Sendable {
        case info, warn, error
    }

    private let clock: any WallClock
    private let sink: @Sendable (String) -> Void

    /// A log that writes to standard error, or wherever `sink` says.
    public init(clock: any WallClock, sink: @escaping @Sendable (String) -> Void = Log.standardError) {
        self.clock = clock
        self.sink = sink
    }

    /// Writes one line; values are quoted where they must be, line breaks never get through.
    public func write(_ level: Level, _ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(level, message, fields.map { ($0.key, $0.value) })
    }

    /// Writes one line, its fields put together at run time.
    func write(_ level: Level, _ message: String, _ fields: [(String, String)]) {
        var line = "time=\(RFC3339.string(clock.now())) level=\(level.rawValue) msg=\(Self.quoted(message))"
        for (name, value) in fields { line += " \(name)=\(Self.quoted(value))" }
        sink(line + "\n")
    }

    private static func quoted(_ text: String) -> String {
        let isPlain =
            !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
        if isPlain { return text }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            default:
                // Control characters could drive the terminal of whoever reads the log.
                if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) {
                    out += "\\x" + String(scalar.value, radix: 16)
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }

    /// Writes to standard error.
    public static let standardError: @Sendable (String) -> Void = { line in
        var line = line
        line.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
