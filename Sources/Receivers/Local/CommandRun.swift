internal import CSpawn
internal import Glibc

/// One run of a command in a process group of its own; blocks its thread until the end.
struct CommandRun: Sendable {
    var command: [String]
    var environment: [(name: String, text: String)]
    var input: [UInt8]
    var outputLimit: Int
    var timeout: Duration

    enum Outcome: Equatable {
        case exited(Int32, said: [UInt8])
        case signalled(Int32)
        case notStarted(String)
        case late
        case talkative
    }

    func outcome() -> Outcome {
        // Input that nobody reads is an error of `write`, not the end of the program; this thread ends with the run.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &mask, nil)
        let deadline = ContinuousClock.now + timeout
        var toChild: [Int32] = [-1, -1]
        var fromChild: [Int32] = [-1, -1]
        guard pipe2(&toChild, O_CLOEXEC) == 0 else { return .notStarted(LineWriter.reason(errno)) }
        guard pipe2(&fromChild, O_CLOEXEC) == 0 else {
            for descriptor in toChild { close(descriptor) }
            return .notStarted(LineWriter.reason(errno))
        }
        var child: pid_t = 0
        let code = start(&child, input: toChild[0], output: fromChild[1])
        close(toChild[0])
        close(fromChild[1])
        guard code == 0 else {
            close(toChild[1])
            close(fromChild[0])
            return .notStarted(LineWriter.reason(code))
        }
        let talk = converse(with: child, to: toChild[1], from: fromChild[0], deadline)
        close(fromChild[0])
        let status = wait(for: child, isOver: talk.end != nil, deadline)
        // What it left running goes with it.
        kill(-child, SIGKILL)
        if let end = talk.end { return end }
        guard let status else { return .late }
        let signal = status & 0x7F
        return signal == 0 ? .exited((status >> 8) & 0xFF, said: talk.said) : .signalled(signal)
    }

    /// Starts it with default signals, nothing of ours open, and an environment of its own.
    private func start(_ child: inout pid_t, input: Int32, output: Int32) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var variables = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]
        for (name, text) in environment { variables[name] = text }
        var words = command.map { strdup($0) } + [nil]
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        return posix_spawn(&child, command[0], &actions, &attributes, &words, &settings)
    }

    /// Hands over the input and takes what is said, until the other side closes or has ended.
    private func converse(
        with child: pid_t, to input: Int32, from output: Int32, _ deadline: ContinuousClock.Instant
    ) -> (said: [UInt8], end: Outcome?) {
        var rest = self.input[...]
        var said: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        var isOpen = true
        defer { if isOpen { close(input) } }
        _ = fcntl(input, F_SETFL, O_NONBLOCK)
        while true {
            if rest.isEmpty, isOpen {
                close(input)
                isOpen = false
            }
            let wait = (deadline - .now) / .milliseconds(1)
            if wait <= 0 { return (said, .late) }
            var states = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
            if isOpen { states.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
            if poll(&states, nfds_t(states.count), Int32(min(wait + 1, 100))) <= 0 {
                // Something that it left running may keep the pipe open.
                var facts = siginfo_t()
                let isOver = waitid(P_PID, id_t(child), &facts, WEXITED | WNOHANG | WNOWAIT) == 0 && facts.si_signo != 0
                if isOver { return (said, nil) }
                continue
            }
            if states.count > 1, states[1].revents != 0 {
                let count = rest.prefix(65_536).withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
                if count > 0 { rest = rest.dropFirst(count) }
                // It need not read all of it.
                if count < 0, errno != EAGAIN, errno != EINTR { rest = [] }
            }
            if states[0].revents != 0 {
                let count = read(output, &chunk, chunk.count)
                if count == 0 { return (said, nil) }
                if count < 0, errno != EINTR, errno != EAGAIN { return (said, nil) }
                if count > 0 { said += chunk[..<count] }
                if said.count > outputLimit { return (said, .talkative) }
            }
        }
    }

    /// The status as `waitpid` gives it; nil when it had to be ended.
    private func wait(for child: pid_t, isOver: Bool, _ deadline: ContinuousClock.Instant) -> Int32? {
        var status: Int32 = 0
        var isLate = isOver
        while true {
            if isLate { kill(-child, SIGKILL) }
            let found = waitpid(child, &status, isLate ? 0 : WNOHANG)
            if found == child { return isLate ? nil : status }
            if found < 0, errno != EINTR { return nil }
            if ContinuousClock.now >= deadline { isLate = true } else if !isLate { usleep(2000) }
        }
    }
}
