internal import CCurl
internal import Glibc

/// Waits for sockets, for a time, or for being woken.
///
/// Guarded by: one thread uses it, but for ``wake()``, which any may call.
final class SocketPoller: @unchecked Sendable {
    private static let width = 64

    /// When the thread wants to be back; nil for no particular time.
    var due: ContinuousClock.Instant?
    private let epoll: Int32
    private let bell: Int32
    private var watched: [Int32: Watch] = [:]
    private var events = [epoll_event](repeating: epoll_event(), count: SocketPoller.width)

    /// What is known of a socket.
    private struct Watch {
        /// What the system has been told to look for.
        var events: UInt32?
        /// Whether somebody waits for it.
        var isWanted = false
        /// Whether its end will be told: between two transfers the system may go on looking.
        var isLasting = false
    }

    /// Nil when the system has no descriptors left.
    init?() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard epoll >= 0, bell >= 0 else {
            close(epoll)
            close(bell)
            return nil
        }
        watch(bell, reading: true, writing: false)
    }

    deinit {
        close(epoll)
        close(bell)
    }

    /// Ends the wait that is under way, or the next one.
    func wake() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }

    /// Waits for `socket` from now on, until it is forgotten.
    func watch(_ socket: Int32, reading: Bool, writing: Bool) {
        let events = (reading ? EPOLLIN.rawValue : 0) | (writing ? EPOLLOUT.rawValue : 0)
        var known = watched[socket] ?? Watch()
        known.isWanted = true
        if known.events != events {
            var event = epoll_event()
            event.events = events
            event.data.fd = socket
            if epoll_ctl(epoll, known.events == nil ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) != 0 {
                // A socket that was closed meanwhile is no longer watched, and its number may stand for another one.
                _ = epoll_ctl(epoll, errno == EEXIST ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event)
            }
            known.events = events
        }
        watched[socket] = known
    }

    /// No longer waits for `socket`.
    func forget(_ socket: Int32) {
        guard let known = watched[socket] else { return }
        if known.isLasting {
            // The next transfer on the connection mostly waits for the same.
            watched[socket]?.isWanted = false
        } else {
            drop(socket)
        }
    }

    private func drop(_ socket: Int32) {
        guard let known = watched.removeValue(forKey: socket), known.events != nil else { return }
        var event = epoll_event()
        _ = epoll_ctl(epoll, EPOLL_CTL_DEL, socket, &event)
    }

    /// Opens a socket whose end will be told.
    static let opensSocket: curl_opensocket_callback = { user, _, address in
        guard let user, let address = address?.pointee else { return -1 }
        let socket = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
        if socket >= 0 {
            let poller = Unmanaged<SocketPoller>.fromOpaque(user).takeUnretainedValue()
            poller.watched[socket] = Watch(isLasting: true)
        }
        return socket
    }

    /// Closes a socket that was opened so.
    static let closesSocket: curl_closesocket_callback = { user, socket in
        if let user {
            let poller = Unmanaged<SocketPoller>.fromOpaque(user).takeUnretainedValue()
            // With its end the system forgets it.
            poller.watched[socket] = nil
        }
        return close(socket)
    }

    /// Waits, not beyond ``due``, and calls `body` with each socket that is ready and for what.
    func wait(atMost limit: Duration, _ body: (_ socket: Int32, _ isReadable: Bool, _ isWritable: Bool) -> Void) {
        var milliseconds = limit.wholeMilliseconds
        if let due {
            // Rounded up: who comes back too early finds nothing to do.
            milliseconds = min(milliseconds, max(0, (due - .now).wholeMilliseconds + 1))
        }
        let count = epoll_wait(epoll, &events, Int32(Self.width), Int32(milliseconds))
        guard count > 0 else { return }
        for event in events[..<Int(count)] {
            let socket = event.data.fd
            if socket == bell {
                var rung: UInt64 = 0
                _ = read(bell, &rung, 8)
                continue
            }
            // One that an earlier event has closed is no longer asked for.
            guard let known = watched[socket] else { continue }
            if !known.isWanted {
                // The other side has closed a connection that was kept, or says something that nobody asked for.
                drop(socket)
                watched[socket] = Watch(isLasting: true)
                continue
            }
            // What is broken shows when it is read and written.
            let isBroken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
            body(
                socket, isBroken || event.events & EPOLLIN.rawValue != 0,
                isBroken || event.events & EPOLLOUT.rawValue != 0)
        }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
