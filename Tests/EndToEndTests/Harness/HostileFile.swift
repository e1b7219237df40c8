@preconcurrency import Glibc
import TestSupport
import Testing

/// A file that no reader of rules or configurations should choke on, and a part of what it must be told.
struct HostileFile: Sendable, CustomTestStringConvertible {
    let name: String
    /// Part of the reason when it stands where a configuration is expected.
    let reason: String
    /// Part of the reason when it stands where rules are expected; the same unless said otherwise.
    let rulesReason: String
    /// Makes it at a path.
    let make: @Sendable (String) throws -> Void

    var testDescription: String { name }

    init(
        _ name: String, _ reason: String, rules: String? = nil, make: @escaping @Sendable (String) throws -> Void
    ) {
        self.name = name
        self.reason = reason
        rulesReason = rules ?? reason
        self.make = make
    }

    init(_ name: String, _ reason: String, rules: String? = nil, bytes: [UInt8]) {
        self.init(name, reason, rules: rules) { try Self.write(bytes, to: $0) }
    }

    init(_ name: String, _ reason: String, rules: String? = nil, text: String) {
        self.init(name, reason, rules: rules, bytes: Array(text.utf8))
    }

    /// A directory, what is no text, what is too much, and what is no YAML.
    static let all: [HostileFile] = [
        HostileFile("directory", "is a directory") { path in
            guard mkdir(path, 0o700) == 0 else { throw ChildProcessError(path: path, reason: "mkdir") }
        },
        HostileFile("named pipe", "is not a regular file") { path in
            guard mkfifo(path, 0o600) == 0 else { throw ChildProcessError(path: path, reason: "mkfifo") }
        },
        HostileFile("dangling link", "no such file") { path in
            guard symlink("nowhere", path) == 0 else { throw ChildProcessError(path: path, reason: "symlink") }
        },
        HostileFile("link to itself", "symbolic links") { path in
            guard symlink(path, path) == 0 else { throw ChildProcessError(path: path, reason: "symlink") }
        },
        HostileFile("binary", "binary data", bytes: (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37) }),
        HostileFile("program", "binary data") { path in
            let head = TemporaryFolder.bytes(of: Surroundings.binary, limit: 1 << 20)
            try write(head, to: path)
        },
        HostileFile("100 MB", "bytes are too many") { path in
            try write(Array("groups:\n".utf8), to: path)
            guard truncate(path, 100 << 20) == 0 else { throw ChildProcessError(path: path, reason: "truncate") }
        },
        HostileFile("alias bomb", "alias", text: aliasBomb),
        HostileFile("merge bomb", "alias", text: mergeBomb),
        HostileFile("alias of itself", "contains itself", text: "groups: &a\n  - *a\n"),
        HostileFile("deep lists", "deep", text: String(repeating: "[", count: 100_000)),
        HostileFile("deep mappings", "deep", text: String(repeating: "{a: ", count: 50_000)),
        HostileFile(
            "deep blocks", "deep",
            text: (0..<2000).map { String(repeating: " ", count: $0) + "a:\n" }.joined()),
        HostileFile("duplicate keys", "is already set", text: "route: {receiver: a}\nroute: {receiver: b}\n"),
        HostileFile(
            "duplicate keys below", "is already set", text: "groups:\n  - name: a\n    name: b\n    rules: []\n"),
        HostileFile("tabs", "tab", text: "groups:\n\t- name: a\n"),
        HostileFile("Latin-1", "not UTF-8", bytes: Array("groups:\n  - name: caf".utf8) + [0xE9, 0x0A]),
        HostileFile("half a character", "not UTF-8", bytes: Array("groups: []\n# ".utf8) + [0xE2, 0x82]),
        HostileFile("control character", "control character", text: "groups: []\n# \u{1B}[2Jgone\n"),
        HostileFile("unclosed quote", ":1:", text: "groups: 'never closed\n"),
        HostileFile("HTML", ":1:", text: "<!DOCTYPE html><html><body>502 Bad Gateway</body></html>\n"),
        HostileFile("a list", ":1:", text: "- groups\n- route\n"),
        HostileFile("a number", ":1:", text: "42\n"),
    ]

    /// Ten levels of ten: ten thousand million items from a few lines.
    private static let aliasBomb: String = {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<11 {
            let items = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        return text + "groups: *a10\n"
    }()

    private static let mergeBomb: String = {
        let wide = (0..<400).map { "k\($0): v" }.joined(separator: ", ")
        var text = "base: &base {\(wide)}\ngroups:\n"
        for item in 0..<5000 { text += "  - {<<: *base, own: \(item)}\n" }
        return text
    }()

    static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw ChildProcessError(path: path, reason: "fopen") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
            throw ChildProcessError(path: path, reason: "fwrite")
        }
    }

    /// Takes away what ``make`` made.
    static func remove(_ path: String) { _ = Glibc.remove(path) }
}
