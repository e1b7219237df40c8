import Base
import Glibc

/// What a program's run cost.
struct ProgramCost {
    /// Processor time in user and kernel mode.
    var seconds: Double
    /// Most memory held at once.
    var megabytes: Double

    /// Runs a program to its end, its output thrown away.
    /// - Throws: when it cannot be run or does not exit with 0.
    static func of(_ path: String, _ arguments: [String]) throws -> ProgramCost {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, path, &actions, nil, &words, environ) == 0 else {
            throw Diagnostic("\(path) cannot be run")
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        guard status == 0 else { throw Diagnostic("\(path) failed: its tests must pass") }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return ProgramCost(
            seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime), megabytes: Double(usage.ru_maxrss) / 1024)
    }

    /// The median of both figures.
    static func median(_ all: [ProgramCost]) -> ProgramCost {
        func middle(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
        return ProgramCost(seconds: middle(all.map(\.seconds)), megabytes: middle(all.map(\.megabytes)))
    }
}
