internal import Synchronization

/// An HTTP/1.1 server: one thread of libmicrohttpd for the wire, a task per request for the handler.
///
/// It listens from `init` on. Slow, half and oversized requests never reach the handler; the handler's own time is not
/// bounded. ``stop(grace:)`` ends it in order; letting go of it ends it at once.
public final class HTTPServer: Sendable {
    private let core: ServerCore
    private let sweeper: Task<Void, Never>

    /// The port it listens on.
    public let port: Int

    /// Starts to serve: every request that has arrived whole is given to `handler`, many at the same time.
    public init(
        _ configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        handler: @escaping @Sendable (HTTPServerRequest) async -> HTTPServerResponse
    ) throws(HTTPServerError) {
        let listening = try ListenSocket.open(host: configuration.host, port: configuration.port)
        port = listening.port
        let core = ServerCore(configuration, handler: handler)
        self.core = core
        // A library that refuses to start may have closed the socket already: closing it again could hit another file.
        try core.start(socket: listening.socket)
        sweeper = Task { await core.sweep() }
    }

    deinit {
        sweeper.cancel()
        core.abandonAll()
        core.terminate {}
    }

    /// Open connections, idle ones too.
    public var connectionCount: Int { core.connectionCount }

    /// Requests being handled or answered.
    public var requestsInFlight: Int { core.requestsInFlight }

    /// Puts another certificate and other rules in force for connections to come; a server without TLS stays without.
    /// - Throws: ``HTTPServerError/refused(reason:)`` when they are wrong; the old ones stay.
    public func replace(tls: HTTPServerTLS) throws(HTTPServerError) { try core.replace(tls) }

    /// Stops accepting, ends event streams, answers what is in flight within `grace` (the rest gets 503), and closes.
    public func stop(grace: Duration = .seconds(5)) async {
        core.stopAccepting()
        let end = ContinuousClock.now + grace
        while core.requestsInFlight > 0, ContinuousClock.now < end {
            do { try await Task.sleep(for: .milliseconds(5)) } catch { break }
        }
        core.abandonAll()
        sweeper.cancel()
        await withCheckedContinuation { continuation in
            core.terminate { continuation.resume() }
        }
    }
}
