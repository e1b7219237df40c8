@preconcurrency internal import Glibc
import Synchronization

/// A program started by a test: its output goes to files of a temporary folder, it dies with its owner.
public final class ChildProcess: Sendable {
    /// The process id.
    public let id: Int32
    /// Where standard output is written.
    public let outputPath: String
    /// Where standard error is written.
    public let errorPath: String
    private let status = Mutex<Int32?>(nil)

    /// Starts `path` with `arguments` (the program's name not among them).
    ///
    /// - Parameter environment: added to, or replacing, the test's own.
    /// - Throws: ``ChildProcessError`` when it cannot be started.
    public init(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: TemporaryFolder
    ) throws {
        let number = folder.nextNumber()
        outputPath = folder.path + "/\(number).out"
        errorPath = folder.path + "/\(number).err"
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, outputPath, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errorPath, flags, 0o600)
        // Nothing else of ours is inherited, above all no listening socket.
        for descriptor in 3..<Int32(1024) { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }

        var variables = Self.ownEnvironment()
        for (name, value) in environment { variables[name] = value }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer {
            for word in words { free(word) }
            for setting in settings { free(setting) }
        }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, nil, &words, &settings)
        guard code == 0 else { throw ChildProcessError(path: path, reason: String(cString: strerror(code))) }
        id = child
    }

    deinit {
        if exitStatus == nil {
            _ = Glibc.kill(id, SIGKILL)
            waitpid(id, nil, 0)
        }
    }

    /// Nil while it runs; its exit status, or 128 and the signal that ended it.
    public var exitStatus: Int32? {
        status.withLock { known in
            if let known { return known }
            var raw: Int32 = 0
            guard waitpid(id, &raw, WNOHANG) == id else { return nil }
            known = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
            return known
        }
    }

    /// Sends a signal; nothing happens when the process has ended.
    public func signal(_ number: Int32) { if exitStatus == nil { _ = Glibc.kill(id, number) } }

    /// Waits for the end, at most `deadline`; nil when it still runs then.
    public func waitForExit(within deadline: Duration = .seconds(60)) async -> Int32? {
        _ = await eventually(within: deadline) { self.exitStatus != nil }
        return exitStatus
    }

    /// What it wrote so far to standard output.
    public var output: String { TemporaryFolder.text(of: outputPath) }
    /// What it wrote so far to standard error.
    public var errorOutput: String { TemporaryFolder.text(of: errorPath) }

    /// Runs a program to its end.
    public static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], folder: TemporaryFolder,
        within deadline: Duration = .seconds(120)
    ) async throws -> (status: Int32, output: String, error: String) {
        let child = try ChildProcess(path, arguments, environment: environment, folder: folder)
        guard let status = await child.waitForExit(within: deadline) else {
            child.signal(SIGKILL)
            throw ChildProcessError(path: path, reason: "still running after \(deadline)")
        }
        return (status, child.output, child.errorOutput)
    }

    private static func ownEnvironment() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
            next += 1
        }
        return variables
    }
}

/// Why a program did not start or end.
public struct ChildProcessError: Error, CustomStringConvertible {
    /// The program.
    public let path: String
    /// What went wrong.
    public let reason: String

    /// What went wrong with a program.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// Both.
    public var description: String { "\(path): \(reason)" }
}

/// Looks at a condition until it holds, at most `deadline`; returns whether it came to hold.
public func eventually(
    within deadline: Duration = .seconds(30), _ condition: @Sendable () async throws -> Bool
) async rethrows -> Bool {
    let end = ContinuousClock.now + deadline
    while true {
        if try await condition() { return true }
        if ContinuousClock.now >= end { return false }
        // The one place where tests wait for other programs: a short poll under a deadline.
        try? await Task.sleep(for: .milliseconds(20))
    }
}
