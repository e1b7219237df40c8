internal import Glibc

/// A bound, listening socket.
enum ListenSocket {
    /// Binds to the first address of `host` that can be bound; the empty host is every address of both families.
    ///
    /// SO_REUSEADDR is set, so that a restart does not wait for the connections of a killed predecessor.
    static func open(host: String, port: Int) throws(HTTPServerError) -> (socket: Int32, port: Int) {
        let name = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let shown = "\(name.contains(":") ? "[\(name)]" : name):\(port)"
        guard (0...65535).contains(port) else {
            throw .cannotListen(shown, reason: "a port is a number from 0 to 65535")
        }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name.isEmpty ? nil : name, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0, let list else {
            throw .unknownHost(name, reason: String(cString: gai_strerror(code)))
        }
        var addresses: [addrinfo] = []
        var next: UnsafeMutablePointer<addrinfo>? = list
        while let address = next {
            addresses.append(address.pointee)
            next = address.pointee.ai_next
        }
        if name.isEmpty {  // one IPv6 socket takes both families
            addresses.sort { $0.ai_family == AF_INET6 && $1.ai_family != AF_INET6 }
        }
        var failure: Int32 = EADDRNOTAVAIL
        for address in addresses {
            switch bound(address, both: name.isEmpty) {
            case .success(let found): return found
            case .failure(let error):
                failure = error.code
                if error.code == EADDRINUSE { throw .addressInUse(shown) }
            }
        }
        throw .cannotListen(shown, reason: String(cString: strerror(failure)))
    }

    private struct Failure: Error {
        var code: Int32
    }

    private static func bound(_ address: addrinfo, both: Bool) -> Result<(socket: Int32, port: Int), Failure> {
        let descriptor = socket(
            address.ai_family,
            Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return .failure(Failure(code: errno)) }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        if address.ai_family == AF_INET6 {
            var only: Int32 = both ? 0 : 1
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, size)
        }
        guard bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, 1024) == 0 else {
            let code = errno
            close(descriptor)
            return .failure(Failure(code: code))
        }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let port = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &length) }
            // sin_port and sin6_port stand at the same place
            return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
        return .success((descriptor, port))
    }
}
