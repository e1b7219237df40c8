import Base
@preconcurrency import Glibc

/// Tells systemd how the service fares, by the protocol of sd_notify(3).
public struct ServiceManager: Sendable {
    private let path: String?
    /// Half the watchdog's interval: how often ``alive()`` is due; nil without a watchdog.
    public let watchdogInterval: Duration?

    /// Reads NOTIFY_SOCKET and WATCHDOG_USEC; without them nothing is ever sent.
    public init() {
        path = getenv("NOTIFY_SOCKET").map { String(cString: $0) }
        let microseconds = getenv("WATCHDOG_USEC").flatMap { Int64(String(cString: $0)) }
        watchdogInterval = microseconds.map { .microseconds($0 / 2) }
    }

    /// The service is up and its configuration is in force.
    public func ready() { send("READY=1\nSTATUS=evaluating") }
    /// A reload has begun; ``ready()`` ends it.
    public func reloading() { send("RELOADING=1") }
    /// The service is on its way out.
    public func stopping() { send("STOPPING=1") }
    /// The service is alive.
    public func alive() { send("WATCHDOG=1") }

    private func send(_ message: String) {
        guard let path, !path.isEmpty else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A leading @ stands for the abstract name space, whose names begin with a NUL byte.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        var text = message
        text.withUTF8 { bytes in
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    _ = sendto(descriptor, bytes.baseAddress, bytes.count, 0, $0, length)
                }
            }
        }
    }
}
