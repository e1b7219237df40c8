import Base

/// Certificates and checks of a TLS connection.
public struct TLSOptions: Hashable, Sendable {
    /// Where PEM text comes from.
    public enum PEM: Hashable, Sendable {
        /// Read at each new connection, so that a renewed file is taken up.
        case file(String)
        case inline(Secret)
    }

    /// Protocol versions.
    public enum Version: Int, Hashable, Sendable, Comparable {
        case tls10 = 0
        case tls11, tls12, tls13

        /// Older is less.
        public static func < (left: Version, right: Version) -> Bool { left.rawValue < right.rawValue }
    }

    /// Who is trusted; nil for the system's certificates.
    public var authorities: PEM?
    /// The client's certificate.
    public var certificate: PEM?
    /// The client's key.
    public var key: PEM?
    /// The name asked for and checked instead of the host of the address.
    public var serverName: String?
    /// Whether the server's certificate goes unchecked.
    public var insecureSkipVerify = false
    /// The oldest version allowed; nil is TLS 1.2.
    public var minimumVersion: Version?
    /// The newest version allowed; nil for any.
    public var maximumVersion: Version?

    /// The system's certificates, checked.
    public init() {}
}
