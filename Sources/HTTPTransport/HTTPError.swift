/// Why there is no answer.
public struct HTTPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as it matters to what is done next.
    public enum Kind: Hashable, Sendable {
        /// The task was cancelled or the client has been stopped.
        case cancelled
        /// The time was over.
        case timeout
        /// The answer was larger than allowed.
        case tooLarge
        /// The name has no address.
        case resolve
        /// Nobody listens there, or the way is blocked.
        case connect
        /// The connection broke before the answer was complete.
        case interrupted
        /// The server answered something that is not HTTP.
        case malformed
        /// No trust, or no common version.
        case tls
        /// Too many redirects, or one that must not be followed.
        case redirect
        /// A secret cannot be read, or no token can be had for it.
        case credentials
        /// The request itself cannot be sent; sending it again cannot help.
        case invalidRequest
    }

    /// What went wrong.
    public var kind: Kind
    /// One sentence in lower case; names the host, never path, query or credentials.
    public var message: String

    /// An error.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the same request may succeed later without anybody changing a configuration.
    public var isTemporary: Bool {
        switch kind {
        case .timeout, .resolve, .connect, .interrupted, .malformed, .tls, .credentials: true
        case .cancelled, .tooLarge, .redirect, .invalidRequest: false
        }
    }

    /// The message.
    public var description: String { message }
}
