import Base
internal import CCurl
internal import Synchronization

/// Delivers mail over SMTP, on a libcurl loop of its own: a server that is slow to say goodbye holds up no request.
///
/// Thread-safe. Every mail has its own connection; the whole exchange is bounded in time.
public final class SMTPClient: Sendable {
    private let loop = Mutex<CurlLoop?>(nil)

    private let standIn: (@Sendable ([UInt8], MailEnvelope, SMTPServer) -> Void)?

    /// The thread is started by the first mail.
    public init() { standIn = nil }

    /// A client that sends nothing: `taking` is given what would be sent. For dry runs.
    public init(taking: @escaping @Sendable ([UInt8], MailEnvelope, SMTPServer) -> Void) { standIn = taking }

    deinit { stop() }

    /// Ends all exchanges with `cancelled`.
    public func stop() {
        loop.withLock { loop in
            loop?.stop()
            loop = nil
        }
    }

    /// Hands `message` (headers, empty line, body) over for the recipients of `envelope`.
    ///
    /// Bare line feeds become CR LF, and lines that begin with a point are doubled on the way.
    /// - Throws: ``SMTPError`` with the server's reply code where it gave one; nothing is sent on failure.
    public func send(_ message: [UInt8], _ envelope: MailEnvelope, to server: SMTPServer) async throws(SMTPError) {
        try Self.check(envelope, server)
        if let standIn { return standIn(message, envelope, server) }
        let running: CurlLoop? = loop.withLock { loop in
            if loop == nil { loop = CurlLoop(name: "smtp-client", connections: 16, perHost: 8, idle: 1) }
            return loop
        }
        guard let running else { throw SMTPError(.other, "libcurl cannot be started") }
        let deadline = ContinuousClock.now + server.timeout
        let end = await running.perform(by: deadline) { handle in
            handle.reset()
            handle.setUp(server.tls)
            let transfer = CurlTransfer(handle, deadline: deadline, bodyLimit: 1 << 20)
            transfer.setUp(message, envelope, server)
            return transfer
        }
        switch end {
        case .cancelled, .stopped: throw SMTPError(.cancelled, "cancelled")
        case .late: throw SMTPError(.timeout, "\(server.host): the exchange was not over in time")
        case .finished(let outcome):
            if outcome.code != CURLE_OK { throw SMTPError(outcome, server) }
        }
    }

    private static func check(_ envelope: MailEnvelope, _ server: SMTPServer) throws(SMTPError) {
        guard !envelope.recipients.isEmpty else { throw SMTPError(.invalidRequest, "the mail has no recipient") }
        for text in envelope.recipients + [envelope.sender, server.host, server.helloName] {
            guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw SMTPError(.invalidRequest, "an address or host has characters that it cannot have")
            }
        }
        guard !server.host.isEmpty, !server.host.contains("/"), !server.host.contains("@") else {
            throw SMTPError(.invalidRequest, "the mail server has no usable host name")
        }
    }
}
