internal import CMicrohttpd
internal import Synchronization

/// One request: libmicrohttpd's thread and the handler's task take turns.
final class Exchange: Sendable {
    enum Phase {
        case receiving
        case handling
        case answered(HTTPServerResponse)
        case writing
    }

    struct State {
        var phase = Phase.receiving
        var target: String
        var method = ""
        var headers: [HTTPServerRequest.Header] = []
        var remoteAddress = ""
        var headersRead = false
        var body: [UInt8] = []
        var discarded = 0
        /// What is answered instead of handling once the body is over.
        var refusal: HTTPServerResponse?
        var task: Task<Void, Never>?
        var writer: HTTPBodyWriter?
    }

    let state: Mutex<State>
    /// Used while suspended only; the library keeps a suspended connection.
    let connection: LibraryHandle

    init(target: String, connection: LibraryHandle) {
        state = Mutex(State(target: target))
        self.connection = connection
    }

    /// Hands the handler's answer over and wakes the connection; a second answer is dropped.
    func answer(_ response: HTTPServerResponse) {
        state.withLock { state in
            guard case .handling = state.phase else { return }
            state.phase = .answered(response)
            cmhd_resume(connection.pointer)
        }
    }

    /// The server stops: the handler is cancelled, what has no answer gets `response`, streams are broken off.
    func abandon(_ response: HTTPServerResponse) {
        let (task, writer) = state.withLock { ($0.task, $0.writer) }
        task?.cancel()
        writer?.finish(broken: true)
        answer(response)
    }
}
