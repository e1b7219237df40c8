@preconcurrency import Glibc
internal import Synchronization

/// A file, or standard output, that lines are appended to. Never blocks: what cannot be written at once is left out.
///
/// The file is opened for each line, so that one that was moved away is begun anew.
final class EventFile: Sendable {
    private let path: String?
    private let log: Log
    /// The failure that was told last, so that each is told once.
    private let failure = Mutex<String?>(nil)

    /// Appends to the file at `path`; nil for standard output.
    init(path: String?, log: Log) {
        self.path = path
        self.log = log
    }

    /// Appends one line.
    func append(_ line: [UInt8]) {
        let problem = write(line)
        let isNews = failure.withLock { last in
            defer { last = problem }
            return problem != nil && problem != last
        }
        if isNews, let problem {
            log.write(.warn, "event not recorded", ["file": path ?? "standard output", "reason": problem])
        }
    }

    private func write(_ line: [UInt8]) -> String? {
        guard let path else {
            return Self.isWritable(STDOUT_FILENO) ? Self.write(line, to: STDOUT_FILENO) : "nobody reads"
        }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        return Self.write(line, to: descriptor)
    }

    private static func isWritable(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, 0) == 1
    }

    private static func write(_ line: [UInt8], to descriptor: Int32) -> String? {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return String(cString: strerror(errno))
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}
