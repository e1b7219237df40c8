/// Why a server did not start.
public enum HTTPServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `host` names no address of any family.
    case unknownHost(String, reason: String)
    /// Somebody else listens there.
    case addressInUse(String)
    /// Any other refusal by the system, with its own words.
    case cannotListen(String, reason: String)
    /// Certificate, key or limits were refused.
    case refused(reason: String)

    /// One sentence, lower case.
    public var description: String {
        switch self {
        case .unknownHost(let host, let reason): "cannot listen on \(host): unknown host (\(reason))"
        case .addressInUse(let address): "cannot listen on \(address): address already in use"
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .refused(let reason): "cannot start the HTTP server: \(reason)"
        }
    }
}
