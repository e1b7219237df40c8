internal import CMicrohttpd

extension ServerCore {
    /// The table handed to the C side; `context` is filled in at start.
    static var callbacks: cmhd_callbacks {
        cmhd_callbacks(
            context: nil,
            request_line: { context, target, connection in
                guard let core = ServerCore.from(context), let connection else { return nil }
                let exchange = Exchange(
                    target: target.map { String(cString: $0) } ?? "/",
                    connection: LibraryHandle(pointer: connection))
                core.requestBegan(exchange)
                return Unmanaged.passRetained(exchange).toOpaque()
            },
            access: { context, connection, method, data, size, slot in
                guard let core = ServerCore.from(context), let raw = slot?.pointee, let size else { return 0 }
                let exchange = Unmanaged<Exchange>.fromOpaque(raw).takeUnretainedValue()
                let piece = UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size.pointee)
                size.pointee = 0
                return core.received(exchange, method: method, piece: piece) ? 1 : 0
            },
            completed: { context, connection, slot, failed in
                guard let core = ServerCore.from(context) else { return }
                if let raw = slot?.pointee {
                    slot?.pointee = nil
                    core.ended(Unmanaged<Exchange>.fromOpaque(raw).takeRetainedValue(), failed: failed != 0)
                }
                if let connection { core.requestEnded(LibraryHandle(pointer: connection)) }
            },
            connection: { context, connection, socket, opened in
                guard let core = ServerCore.from(context), let connection else { return }
                let handle = LibraryHandle(pointer: connection)
                if opened != 0 { core.opened(handle, socket: socket) } else { core.closed(handle) }
            },
            log: { context, message in
                guard let message else { return }
                ServerCore.from(context)?.note(String(cString: message))
            })
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> ServerCore? {
        context.map { Unmanaged<ServerCore>.fromOpaque($0).takeUnretainedValue() }
    }

    private enum Step {
        case goOn, close
        case handle(HTTPServerRequest)
        case reply(HTTPServerResponse, head: Bool)
    }

    /// One call of the library for `exchange`: the header, a piece of the body or its end.
    /// - Returns: false to close the connection.
    private func received(_ exchange: Exchange, method: UnsafePointer<CChar>?, piece: UnsafeRawBufferPointer) -> Bool {
        let step: Step = exchange.state.withLock { state in
            guard state.headersRead else {
                state.headersRead = true
                readHeader(exchange, &state, method: method)
                return lengthRefusal(state).map { .reply($0, head: state.method == "HEAD") } ?? .goOn
            }
            if !piece.isEmpty { return take(piece, &state) ? .goOn : .close }
            switch state.phase {
            case .handling, .writing: return .goOn
            case .answered(let response):
                state.phase = .writing
                return .reply(response, head: state.method == "HEAD")
            case .receiving:
                if let refusal = state.refusal { return .reply(refusal, head: state.method == "HEAD") }
                guard
                    let request = HTTPServerRequest(
                        method: state.method, target: state.target, headers: state.headers, body: state.body,
                        remoteAddress: state.remoteAddress)
                else { return .reply(HTTPServerResponse(status: 400, text: "400 Bad Request\n"), head: false) }
                state.phase = .handling
                return .handle(request)
            }
        }
        switch step {
        case .goOn: return true
        case .close: return false
        case .reply(let response, let head): return queue(response, for: exchange, head: head)
        case .handle(let request): return handle(request, exchange)
        }
    }

    private func handle(_ request: HTTPServerRequest, _ exchange: Exchange) -> Bool {
        // Suspended first: once the table knows of it, a stop may answer and resume it at any moment.
        cmhd_suspend(exchange.connection.pointer)
        guard handlingBegins(exchange) else {
            exchange.answer(Self.stoppingAnswer)
            return true
        }
        let handler = handler
        let task = Task { exchange.answer(await handler(request)) }
        exchange.state.withLock { $0.task = task }
        return true
    }

    private func readHeader(
        _ exchange: Exchange, _ state: inout sending Exchange.State, method: UnsafePointer<CChar>?
    ) {
        state.method = method.map { String(cString: $0) } ?? ""
        var headers: [HTTPServerRequest.Header] = []
        withUnsafeMutablePointer(to: &headers) { pointer in
            cmhd_headers(exchange.connection.pointer, pointer) { context, name, value in
                guard let context, let name else { return }
                context.assumingMemoryBound(to: [HTTPServerRequest.Header].self).pointee.append(
                    HTTPServerRequest.Header(
                        name: String(cString: name), value: value.map { String(cString: $0) } ?? ""))
            }
        }
        state.headers = headers
        var room = [CChar](repeating: 0, count: 64)
        cmhd_peer(exchange.connection.pointer, &room, room.count)
        state.remoteAddress = String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A body that announces itself as too long is not read at all.
    private func lengthRefusal(_ state: Exchange.State) -> HTTPServerResponse? {
        var announced: Int?
        for header in state.headers where header.name.lowercased() == "content-length" {
            // Two lengths would let a proxy in front see other requests than we do.
            guard header.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(header.value),
                announced == nil || announced == length
            else {
                return HTTPServerResponse(status: 400, text: "400 Bad Request\n").with(
                    header: "Connection", "close")
            }
            announced = length
            if length > configuration.maximumBodyBytes { return Self.tooLarge(configuration.maximumBodyBytes) }
        }
        return nil
    }

    private static func tooLarge(_ bound: Int) -> HTTPServerResponse {
        HTTPServerResponse(status: 413, text: "request body larger than \(bound) bytes\n")
            .with(header: "Connection", "close")
    }

    /// Keeps a piece of the body; once the request is refused the rest is read and dropped, within bounds.
    private func take(_ piece: UnsafeRawBufferPointer, _ state: inout sending Exchange.State) -> Bool {
        if state.refusal == nil {
            if state.body.count + piece.count > configuration.maximumBodyBytes {
                state.refusal = Self.tooLarge(configuration.maximumBodyBytes)
            } else if !reserve(piece.count) {
                state.refusal = HTTPServerResponse(status: 503, text: "too many requests are being read\n")
                    .with(header: "Connection", "close")
            } else {
                state.body.append(contentsOf: piece)
                return true
            }
            _ = reserve(-state.body.count)
            state.body = []
        }
        state.discarded += piece.count
        return state.discarded <= max(1 << 20, configuration.maximumBodyBytes)
    }

    private func ended(_ exchange: Exchange, failed: Bool) {
        let (writer, task, held) = exchange.state.withLock { state in
            let held = state.body.count
            state.body = []
            return (state.writer, state.task, held)
        }
        _ = reserve(-held)
        writer?.clientGone()
        if failed { task?.cancel() }
    }
}
