import Alerts
internal import Glibc
internal import Synchronization

/// Writes whole lines, one after the other, without waiting for ever.
enum LineWriter {
    /// Lines of several receivers to one place must not mix.
    private static let turn = Mutex(())

    static func write(
        _ line: [UInt8], to descriptor: Int32, _ name: String, _ deadline: ContinuousClock.Instant
    ) -> DeliveryResult {
        // A reader that left is an error of `write`, not the end of the program; the thread is the write's own.
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &mask, nil)
        return turn.withLock { _ in
            var rest = line[...]
            while !rest.isEmpty {
                var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                let wait = (deadline - .now) / .milliseconds(1)
                if wait <= 0 || poll(&state, 1, Int32(min(wait, 60_000))) == 0, deadline <= .now {
                    return .temporary("\(name): nobody reads")
                }
                if state.revents & Int16(POLLOUT) == 0 {
                    if state.revents != 0 { return .temporary("\(name): cannot be written") }
                    continue
                }
                // A pipe that can take anything takes this much without blocking.
                let count = rest.prefix(4096).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    if errno == EINTR || errno == EAGAIN { continue }
                    return .temporary("\(name): \(reason(errno))")
                }
                rest = rest.dropFirst(count)
            }
            return .delivered
        }
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }
}
