import Base
internal import Glibc

/// Lets one thread sleep until another calls it or a time has passed.
final class Wakeup: Sendable {
    private let reading: Int32
    private let writing: Int32

    /// - Returns: nil when the process has no files left.
    init?() {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        reading = ends[0]
        writing = ends[1]
    }

    deinit {
        close(reading)
        close(writing)
    }

    /// Ends the present sleep, or the next one.
    func call() {
        var byte: UInt8 = 1
        while write(writing, &byte, 1) < 0, errno == EINTR {}
    }

    /// Sleeps; nil means until called.
    func sleep(_ duration: Duration?) {
        var watched = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
        let milliseconds = duration.map { Int32(clamping: max(0, Int64(($0.seconds * 1000).rounded(.up)))) } ?? -1
        guard poll(&watched, 1, milliseconds) > 0 else { return }
        var room = [UInt8](repeating: 0, count: 256)
        while read(reading, &room, room.count) == room.count {}
    }
}
