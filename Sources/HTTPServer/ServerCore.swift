import Base
internal import CMicrohttpd
internal import Glibc
internal import Synchronization

/// What libmicrohttpd calls back: lives until the library's thread has ended, however long the server's owner lives.
final class ServerCore: Sendable {
    private struct State {
        var daemon: LibraryHandle?
        var table = ConnectionTable()
        var stopping = false
        var libraryMessage = ""
        /// The last is in force; older ones may still serve connections.
        var tls: [LoadedTLS] = []
        var started = false
    }

    let configuration: HTTPServerConfiguration
    let handler: @Sendable (HTTPServerRequest) async -> HTTPServerResponse
    private let state = Mutex(State())
    private let bufferedBytes = Atomic<Int>(0)
    private let connectionLimit: Int

    static let stoppingAnswer = HTTPServerResponse(status: 503, text: "shutting down\n").with(
        header: "Connection", "close")

    init(
        _ configuration: HTTPServerConfiguration,
        handler: @escaping @Sendable (HTTPServerRequest) async -> HTTPServerResponse
    ) {
        self.configuration = configuration
        self.handler = handler
        var limit = rlimit()
        let files =
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Int(clamping: limit.rlim_cur) : 1024
        connectionLimit = max(1, min(configuration.maximumConnections, files * 3 / 4))
    }

    var connectionCount: Int { state.withLock { $0.table.entries.count } }
    var requestsInFlight: Int { state.withLock { $0.table.inFlight } }
    var isStopping: Bool { state.withLock { $0.stopping } }

    func start(socket: Int32) throws(HTTPServerError) {
        var callbacks = Self.callbacks
        let context = Unmanaged.passRetained(self)
        callbacks.context = context.toOpaque()
        var options = cmhd_options()
        options.listen_socket = socket
        options.connection_limit = UInt32(connectionLimit)
        options.per_address_limit = UInt32(max(0, configuration.maximumConnectionsPerAddress))
        options.connection_memory = max(4 << 10, configuration.connectionMemory)
        if let tls = configuration.tls {
            let loaded = try LoadedTLS(tls)
            state.withLock { $0.tls.append(loaded) }
        }
        let daemon = withOptionalCString(configuration.tls?.certificate) { certificate in
            withOptionalCString(configuration.tls?.privateKey.reveal()) { key in
                options.certificate = certificate
                options.private_key = key
                return cmhd_start(&options, &callbacks)
            }
        }
        guard let daemon else {
            context.release()
            let message = state.withLock { $0.libraryMessage }
            throw .refused(reason: message.isEmpty ? "the library gave no reason" : message)
        }
        let handle = LibraryHandle(pointer: daemon)
        state.withLock { state in
            state.daemon = handle
            state.started = true
        }
    }

    /// New connections speak as `tls` says from now on.
    func replace(_ tls: HTTPServerTLS) throws(HTTPServerError) {
        let loaded = try LoadedTLS(tls)
        state.withLock { state in
            guard !state.tls.isEmpty else { return }
            if state.table.entries.isEmpty { state.tls = [] }
            state.tls.append(loaded)
        }
    }

    // MARK: - Ending

    /// No new connections, no new requests; event streams end.
    func stopAccepting() {
        let writers = state.withLock { state in
            state.stopping = true
            if let daemon = state.daemon {
                let socket = cmhd_quiesce(daemon.pointer)
                if socket >= 0 { close(socket) }
            }
            return state.table.entries.values.compactMap { $0.exchange?.state.withLock { $0.writer } }
        }
        for writer in writers where writer.isEvents { writer.finish(broken: false) }
    }

    /// Nothing is waited for any longer.
    func abandonAll() {
        let exchanges = state.withLock { state in
            state.stopping = true
            return state.table.entries.values.compactMap(\.exchange)
        }
        for exchange in exchanges { exchange.abandon(Self.stoppingAnswer) }
    }

    /// Joins the library's thread on a thread of its own, then calls `done`; the second call does nothing but that.
    func terminate(_ done: @escaping @Sendable () -> Void) {
        let daemon = state.withLock { state in
            defer { state.daemon = nil }
            return state.daemon
        }
        guard let daemon else { return done() }
        OwnThread.run {
            cmhd_stop(daemon.pointer)
            Unmanaged.passUnretained(self).release()  // the reference that the callbacks used
            done()
        }
    }

    // MARK: - Sweeping

    /// Shuts overdue connections and wakes idle event streams until its task is cancelled.
    func sweep() async {
        let shortest = min(configuration.requestTimeout, configuration.idleTimeout, configuration.responseTimeout)
        let pause = max(.milliseconds(20), min(shortest / 4, configuration.eventHeartbeat / 2, .seconds(1)))
        var heartbeat = ContinuousClock.now + configuration.eventHeartbeat
        while !Task.isCancelled {
            do { try await Task.sleep(for: pause, tolerance: pause / 4) } catch { return }
            let now = ContinuousClock.now
            var writers: [HTTPBodyWriter] = []
            state.withLock { state in
                state.table.sweep(now: now)
                if heartbeat <= now {
                    writers = state.table.entries.values.compactMap { $0.exchange?.state.withLock { $0.writer } }
                }
            }
            if heartbeat <= now { heartbeat = now + configuration.eventHeartbeat }
            for writer in writers { writer.heartbeat() }
        }
    }

    // MARK: - What the callbacks tell

    func note(_ message: String) {
        let started = state.withLock { state in
            if !state.started { state.libraryMessage = message }
            return state.started
        }
        if started { configuration.log?(message) }
    }

    func opened(_ connection: LibraryHandle, socket: Int32) {
        let deadline = ContinuousClock.now + configuration.requestTimeout
        state.withLock { state in
            state.tls.last?.apply(to: connection)
            state.table.opened(connection, socket: socket, deadline: deadline)
            if state.table.entries.count > max(1, connectionLimit * 9 / 10) { state.table.evict() }
        }
    }

    func closed(_ connection: LibraryHandle) {
        state.withLock { $0.table.closed(connection) }
    }

    func requestBegan(_ exchange: Exchange) {
        let deadline = ContinuousClock.now + configuration.requestTimeout
        state.withLock { $0.table.set(exchange.connection, deadline: deadline) }
    }

    /// - Returns: false when the server stops and the request must not be handled.
    func handlingBegins(_ exchange: Exchange) -> Bool {
        state.withLock { state in
            if state.stopping { return false }
            state.table.handling(exchange.connection, exchange)
            return true
        }
    }

    func answerQueued(_ exchange: Exchange, unbounded: Bool) {
        let deadline = unbounded ? nil : ContinuousClock.now + configuration.responseTimeout
        state.withLock { $0.table.set(exchange.connection, deadline: deadline) }
    }

    func requestEnded(_ connection: LibraryHandle) {
        let deadline = ContinuousClock.now + configuration.idleTimeout
        state.withLock { $0.table.completed(connection, deadline: deadline) }
    }

    /// Takes from the budget for bodies; gives back when `count` is negative.
    func reserve(_ count: Int) -> Bool {
        let now = bufferedBytes.add(count, ordering: .relaxed).newValue
        if count > 0, now > configuration.maximumBufferedBytes {
            bufferedBytes.subtract(count, ordering: .relaxed)
            return false
        }
        return true
    }
}

/// Calls `body` with the text as a C string, or with nil.
func withOptionalCString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return text.withCString { body($0) }
}
