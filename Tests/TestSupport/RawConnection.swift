internal import Base
public import Glibc

/// A blocking TCP connection that sends what a test says, byte for byte.
public final class RawConnection: Sendable {
    /// The socket.
    public let descriptor: Int32

    /// Connects to loopback.
    /// - Parameter patience: Seconds of silence after which a read gives up.
    /// - Returns: nil when nobody listens.
    public init?(port: Int, family: Int32 = AF_INET, patience: Int = 20) {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var timeout = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let code: Int32
        if family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = UInt16(port).bigEndian
            address.sin6_addr = in6addr_loopback
            code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = UInt16(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            code = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        self.descriptor = descriptor
        if code != 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Sends all of `text`; false when the peer has closed.
    @discardableResult
    public func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends all of `bytes`; false when the peer has closed.
    @discardableResult
    public func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// Whether something has arrived or the peer has closed, after `milliseconds` at most.
    public func hasNews(within milliseconds: Int32) -> Bool {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, milliseconds) != 0
    }

    /// One read.
    public func receiveNow() -> String {
        var room = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &room, room.count, 0)
        return String(decoding: room[..<max(0, count)], as: UTF8.self)
    }

    /// What arrives until the peer closes, `stop` says enough or the patience is over.
    public func receive(until stop: @Sendable @escaping (String) -> Bool = { _ in false }) async -> String {
        await OwnThread.value { [self] in
            var all: [UInt8] = []
            var room = [UInt8](repeating: 0, count: 64 << 10)
            while true {
                let count = recv(descriptor, &room, room.count, 0)
                if count <= 0 { break }
                all.append(contentsOf: room[..<count])
                if stop(String(decoding: all, as: UTF8.self)) { break }
            }
            return String(decoding: all, as: UTF8.self)
        }
    }

    /// One request on a connection of its own, `Connection: close` included by the caller.
    public static func exchange(port: Int, _ text: String) async -> String {
        guard let connection = RawConnection(port: port) else { return "no connection" }
        connection.send(text)
        return await connection.receive()
    }

    /// Sends `text`, however long and whether or not it is read, and returns what arrives until the peer closes.
    public static func conversation(port: Int, _ text: String) async -> String {
        await conversation(port: port, Array(text.utf8))
    }

    /// As ``conversation(port:_:)`` of a text.
    public static func conversation(port: Int, _ bytes: [UInt8], patience: Int = 20) async -> String {
        guard let connection = RawConnection(port: port, patience: patience) else { return "no connection" }
        let sender = Task { await OwnThread.value { connection.send(bytes) } }
        let answer = await connection.receive()
        _ = await sender.value
        return answer
    }
}
