internal import CCurl

/// Why a mail has not been handed over.
public struct SMTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Hashable, Sendable {
        /// The task was cancelled or the client has been stopped.
        case cancelled
        /// The time was over.
        case timeout
        /// The name has no address.
        case resolve
        /// Nobody listens there.
        case connect
        /// The server does not take the user's word, or offers no mechanism for it.
        case login
        /// No STARTTLS, no trust, or no common version.
        case tls
        /// The server said no.
        case refused
        /// The mail itself cannot be sent.
        case invalidRequest
        /// Anything else, a broken connection for example.
        case other
    }

    /// What went wrong.
    public var kind: Kind
    /// One sentence; contains no credentials.
    public var message: String
    /// The server's last reply code; nil when it gave none.
    public var replyCode: Int?

    /// An error.
    public init(_ kind: Kind, _ message: String, replyCode: Int? = nil) {
        self.kind = kind
        self.message = message
        self.replyCode = replyCode
    }

    /// Whether the same mail may be taken later: all but 5xx replies, mails that cannot be sent, and cancelling.
    public var isTemporary: Bool {
        switch kind {
        case .cancelled, .invalidRequest: false
        case .timeout, .resolve, .connect, .tls, .other: true
        case .login, .refused: (replyCode ?? 0) < 500
        }
    }

    /// The message.
    public var description: String { message }

    init(_ outcome: CurlOutcome, _ server: SMTPServer) {
        // The last reply line tells why; what libcurl says about it is less.
        let reply = outcome.head.lines.last { line in line.utf8.first.map { $0 >= 0x34 && $0 <= 0x35 } ?? false }
        let said = reply.map { ": the server said: \($0.prefix(500))" } ?? ""
        let place = "\(server.host):\(server.port): "
        let code = reply.flatMap { Int($0.prefix(3)) }
        switch outcome.code {
        case CURLE_OPERATION_TIMEDOUT: self.init(.timeout, place + "the exchange was not over in time\(said)")
        case CURLE_COULDNT_RESOLVE_HOST: self.init(.resolve, place + outcome.detail)
        case CURLE_COULDNT_CONNECT: self.init(.connect, place + outcome.detail)
        case CURLE_LOGIN_DENIED: self.init(.login, place + "login refused\(said)", replyCode: code)
        case CURLE_USE_SSL_FAILED:
            self.init(.tls, place + "the server offers no STARTTLS, which is required\(said)", replyCode: code)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE:
            self.init(.tls, place + outcome.detail)
        default:
            self.init(code == nil ? .other : .refused, place + outcome.detail + said, replyCode: code)
        }
    }
}
