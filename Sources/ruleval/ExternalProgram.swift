import Base
@preconcurrency import Glibc

/// Runs another program to its end.
enum ExternalProgram {
    /// The exit status of `name`, found in PATH, and what it wrote to standard output.
    /// - Throws: when it cannot be started or writes more than `maximumBytes`.
    static func run(
        _ name: String, _ arguments: [String], maximumBytes: Int = 256 << 20
    ) throws(Diagnostic) -> (status: Int32, output: [UInt8]) {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw failure(name, errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // Signals are blocked here; the program has them as usual.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = ([name] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, name, &actions, &attributes, &words, environ)
        close(ends[1])
        defer { close(ends[0]) }
        guard code == 0 else { throw failure(name, code) }
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(ends[0], &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            output += chunk[..<count]
            if output.count > maximumBytes {
                kill(child, SIGKILL)
                break
            }
        }
        var raw: Int32 = 0
        while waitpid(child, &raw, 0) < 0, errno == EINTR {}
        if output.count > maximumBytes { throw Diagnostic("\(name) wrote more than \(maximumBytes) bytes") }
        return (raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F), output)
    }

    private static func failure(_ name: String, _ code: Int32) -> Diagnostic {
        Diagnostic("cannot run \(name): \(String(cString: strerror(code)).lowercased())")
    }
}
