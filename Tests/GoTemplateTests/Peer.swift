import Glibc

/// The real programs, where `make peers` has unpacked them.
enum Peer {
    /// What a program wrote and how it ended.
    struct Result {
        var output: String
        var errors: String
        var status: Int32
    }

    /// The path of a program; nil, with one loud line, when it is not there.
    static func path(_ name: String) -> String? {
        let path = "\(root)/.peers/usr/bin/\(name)"
        if access(path, X_OK) == 0 { return path }
        print("NOT COMPARED: \(name) is missing; run make peers")
        return nil
    }

    /// The package's folder.
    static var root: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }

    /// Whether the long runs are asked for.
    static var isSoak: Bool { getenv("RULEVAL_SOAK") != nil }

    /// RULEVAL_SEED, where it is set.
    static var seed: UInt64? { getenv("RULEVAL_SEED").flatMap { UInt64(String(cString: $0)) } }

    /// A new folder of its own; the caller removes nothing, the system's cleaner does.
    static func temporaryFolder() -> String? {
        var name = Array("/tmp/ruleval-templates-XXXXXX".utf8CString)
        return mkdtemp(&name) == nil ? nil : text(name)
    }

    static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    static func read(_ path: String) -> String {
        guard let file = fopen(path, "r") else { return "" }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk.prefix(count)
        }
    }

    /// Runs a program to its end, its output caught in files of `folder`.
    static func run(_ program: String, _ arguments: [String], in folder: String) -> Result {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, "\(folder)/out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, "\(folder)/err", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        var zone: [UnsafeMutablePointer<CChar>?] = [strdup("TZ=UTC"), nil]
        defer { for word in words + zone { free(word) } }
        var pid: pid_t = 0
        guard posix_spawn(&pid, program, &actions, nil, &words, &zone) == 0 else {
            return Result(output: "", errors: "cannot start \(program)", status: -1)
        }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
        return Result(output: read("\(folder)/out"), errors: read("\(folder)/err"), status: status)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
