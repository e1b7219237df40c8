@preconcurrency import Glibc

/// Signals in the order they came.
public typealias SignalStream = AsyncStream<Int32>

/// The process's main thread belongs to sigwait; all work runs on other threads.
///
/// An async `main` would leave the main thread waiting with an empty mask, where a signal blocked elsewhere kills the
/// process. So `main` is synchronous, signals are blocked before any other thread exists, and the work is a task.
public enum Signals {
    /// The signals handed to the body; SIGPIPE and SIGXFSZ are ignored: who writes is told by an error.
    public static let handled: [Int32] = [SIGINT, SIGTERM, SIGHUP]

    /// Runs `body` and exits with what it returns.
    public static func run(_ body: @escaping @Sendable (SignalStream) async -> Int32) -> Never {
        var set = sigset_t()
        sigemptyset(&set)
        for number in handled { sigaddset(&set, number) }
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        let (stream, continuation) = SignalStream.makeStream()
        Task.detached { exit(await body(stream)) }
        var number: Int32 = 0
        while true {
            if sigwait(&set, &number) == 0 { continuation.yield(number) }
        }
    }
}
