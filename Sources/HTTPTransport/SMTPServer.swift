import Base

/// Where mail is handed over, and how.
public struct SMTPServer: Hashable, Sendable {
    /// How the connection is protected.
    public enum Security: Hashable, Sendable {
        /// In the clear.
        case none
        /// STARTTLS, or nothing is sent.
        case startTLS
        /// TLS from the first byte on, usually port 465.
        case implicit
    }

    /// Who sends; the mechanism is one that the server offers.
    public struct Login: Hashable, Sendable {
        /// The user's name.
        public var username: String
        /// For PLAIN and LOGIN; nil when these must not be used.
        public var password: Secret?
        /// For CRAM-MD5; used when there is no password, or when both are the same and the server offers it.
        public var cramSecret: Secret?
        /// Whom to act as, for PLAIN.
        public var identity: String

        /// A login.
        public init(username: String, password: Secret? = nil, cramSecret: Secret? = nil, identity: String = "") {
            self.username = username
            self.password = password
            self.cramSecret = cramSecret
            self.identity = identity
        }
    }

    /// A name or address.
    public var host: String
    /// The port.
    public var port: Int
    /// How the connection is protected.
    public var security: Security
    /// Certificates and checks.
    public var tls = TLSOptions()
    /// Who sends; nil without authentication.
    public var login: Login?
    /// The name given in EHLO.
    public var helloName = "localhost"
    /// Time for the whole exchange.
    public var timeout: Duration = .seconds(30)

    /// A server; STARTTLS unless said otherwise.
    public init(host: String, port: Int, security: Security = .startTLS) {
        self.host = host
        self.port = port
        self.security = security
    }
}

/// Who sends a mail to whom, as the servers on the way see it.
public struct MailEnvelope: Hashable, Sendable {
    /// The sender's address, without name and angle brackets.
    public var sender: String
    /// The recipients' addresses, likewise.
    public var recipients: [String]

    /// An envelope.
    public init(sender: String, recipients: [String]) {
        self.sender = sender
        self.recipients = recipients
    }
}
