@preconcurrency internal import Glibc
internal import Synchronization

/// A mail server on loopback that keeps nothing: each message is handed to a closure.
///
/// It speaks just enough of RFC 5321 for the real e-mail receiver to deliver to it: one thread a connection, bounded in
/// line length and message size.
final class MailSink: Sendable {
    /// One delivered message.
    struct Message: Sendable {
        var sender: String
        var recipients: [String]
        var text: String

        /// The subject as it stands in the header.
        var subject: String {
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
            let header = lines.prefix { !$0.isEmpty }
            return header.first { $0.lowercased().hasPrefix("subject:") }.map { String($0.dropFirst(8)).trimmed } ?? ""
        }
    }

    /// Why the sink could not start.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let maximumLine = 4096
    private static let maximumMessage = 1 << 20

    let port: Int
    private let listener: Int32
    private let isRefusing = Mutex(false)
    private let deliver: @Sendable (Message) -> Void

    init(deliver: @escaping @Sendable (Message) -> Void) throws {
        self.deliver = deliver
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard isBound else { throw Failure(description: "mail sink: \(String(cString: strerror(errno)))") }
        port = Int(UInt16(bigEndian: address.sin_port))
        startThread { self.acceptAll() }
    }

    /// From now on every recipient is refused for good, as a mail server does that does not know them.
    func refuseEverybody() { isRefusing.withLock { $0 = true } }

    /// Closes the listening socket; connections under way end by themselves.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            if connection < 0 {
                if errno == EINTR { continue }
                close(listener)
                return
            }
            startThread {
                self.serve(connection)
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        var reader = LineReader(connection: connection, limit: Self.maximumLine)
        var message = Message(sender: "", recipients: [], text: "")
        Self.reply(connection, "220 ruleval demo sink")
        while let line = reader.next() {
            let verb = line.prefix(4).uppercased()
            switch verb {
            case "EHLO": Self.reply(connection, "250-ruleval demo sink\r\n250 8BITMIME")
            case "HELO", "RSET", "NOOP": Self.reply(connection, "250 OK")
            case "MAIL":
                message = Message(sender: Self.address(line), recipients: [], text: "")
                Self.reply(connection, "250 OK")
            case "RCPT":
                if isRefusing.withLock({ $0 }) {
                    Self.reply(connection, "550 5.1.1 no such user here")
                } else {
                    message.recipients.append(Self.address(line))
                    Self.reply(connection, "250 OK")
                }
            case "DATA":
                Self.reply(connection, "354 go on")
                guard let text = reader.message(limit: Self.maximumMessage) else { return }
                message.text = text
                deliver(message)
                Self.reply(connection, "250 OK")
            case "QUIT":
                Self.reply(connection, "221 bye")
                return
            default: Self.reply(connection, "502 not here")
            }
        }
    }

    private static func address(_ line: String) -> String {
        guard let open = line.firstIndex(of: "<"), let end = line.lastIndex(of: ">"), open < end else { return "" }
        return String(line[line.index(after: open)..<end])
    }

    private static func reply(_ connection: Int32, _ text: String) {
        let bytes = Array((text + "\r\n").utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}

/// Lines from a socket, bounded.
private struct LineReader {
    let connection: Int32
    let limit: Int
    private var buffer: [UInt8] = []

    init(connection: Int32, limit: Int) {
        self.connection = connection
        self.limit = limit
    }

    mutating func next() -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line.trimmed
            }
            guard buffer.count <= limit, fill() else { return nil }
        }
    }

    /// Everything up to the line with a single dot.
    mutating func message(limit: Int) -> String? {
        let ending = Array("\r\n.\r\n".utf8)
        var searched = 0
        while true {
            if buffer.count >= ending.count {
                for start in searched...(buffer.count - ending.count) where buffer[start...].starts(with: ending) {
                    let text = String(decoding: buffer[..<start], as: UTF8.self)
                    buffer.removeFirst(start + ending.count)
                    return text
                }
                searched = buffer.count - ending.count + 1
            }
            guard buffer.count <= limit, fill() else { return nil }
        }
    }

    private mutating func fill() -> Bool {
        var piece = [UInt8](repeating: 0, count: 16_384)
        let count = recv(connection, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

/// Starts a detached thread.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = Unmanaged.passRetained(Box(body)).toOpaque()
    let code = pthread_create(
        &thread, nil,
        { pointer in
            guard let pointer else { return nil }
            Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
            return nil
        }, box)
    if code == 0 { pthread_detach(thread) }
}
