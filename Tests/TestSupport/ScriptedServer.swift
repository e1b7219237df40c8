internal import Glibc

/// A TCP server on a free loopback port whose every connection is played by a script on a thread of its own: for
/// servers that say half, wrong or nothing.
///
/// It listens until the process ends: a port that was given back could be taken by a test that runs beside this one.
public final class ScriptedServer: Sendable {
    /// The port it listens on.
    public let port: Int

    /// `http://127.0.0.1:port`
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Listens at once; `script` runs once a connection, which is closed when it returns.
    public init(_ script: @escaping @Sendable (ScriptedConnection) -> Void) {
        let (listener, port) = Self.boundSocket()
        listen(listener, 128)
        self.port = port
        startThread {
            while true {
                let accepted = accept(listener, nil, nil)
                if accepted < 0 { return }
                startThread {
                    script(ScriptedConnection(accepted))
                    shutdown(accepted, Int32(SHUT_RDWR))
                    close(accepted)
                }
            }
        }
    }

    /// A server that reads one request a connection and answers with these bytes, then closes.
    public convenience init(answering bytes: String) {
        self.init { connection in
            _ = connection.readRequest()
            connection.write(bytes)
        }
    }

    /// A port that refuses connections, and that nobody else can take.
    public static func closedPort() -> Int { boundSocket().port }

    /// A socket bound to a free loopback port, which does not listen.
    private static func boundSocket() -> (socket: Int32, port: Int) {
        let bound = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = bind(bound, generic, length)
                _ = getsockname(bound, generic, &length)
            }
        }
        return (bound, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// One accepted connection; reads and writes block.
public struct ScriptedConnection: Sendable {
    private let socket: Int32

    init(_ socket: Int32) {
        self.socket = socket
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Sends `text`; false when the other side is gone.
    @discardableResult
    public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    /// Sends `bytes`; false when the other side is gone.
    @discardableResult
    public func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return false }
            sent += count
        }
        return true
    }

    /// The next line without its end; nil when the other side is gone.
    public func readLine() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {
            if byte == 0x0A {
                if line.last == 0x0D { line.removeLast() }
                return String(decoding: line, as: UTF8.self)
            }
            line.append(byte)
        }
        return nil
    }

    /// Request line, headers and the body by Content-Length; nil when the other side is gone.
    public func readRequest() -> ScriptedRequest? {
        guard let start = readLine(), !start.isEmpty else { return nil }
        var request = ScriptedRequest(line: start)
        while let line = readLine(), !line.isEmpty { request.headers.append(line) }
        var left = Int(request.header("content-length") ?? "0") ?? 0
        var byte: UInt8 = 0
        while left > 0, recv(socket, &byte, 1, 0) == 1 {
            request.body.append(byte)
            left -= 1
        }
        return request
    }

    /// Waits until the other side closes.
    public func waitForClose() {
        var byte: UInt8 = 0
        while recv(socket, &byte, 1, 0) == 1 {}
    }
}

/// A request as it came in.
public struct ScriptedRequest: Sendable {
    /// `GET /path HTTP/1.1`
    public var line: String
    /// Header lines.
    public var headers: [String] = []
    /// The body.
    public var body: [UInt8] = []

    /// The value of the first header of this name, without regard to case.
    public func header(_ name: String) -> String? {
        let start = name.lowercased() + ":"
        guard let line = headers.first(where: { $0.lowercased().hasPrefix(start) }) else { return nil }
        return String(line.dropFirst(start.count).drop { $0 == " " })
    }
}

private final class ThreadBody: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func startThread(_ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    let boxed = Unmanaged.passRetained(ThreadBody(body)).toOpaque()
    pthread_create(
        &thread, nil,
        { raw in
            if let raw { Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().body() }
            return nil
        }, boxed)
    pthread_detach(thread)
}
