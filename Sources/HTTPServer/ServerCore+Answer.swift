internal import CMicrohttpd

extension ServerCore {
    /// Bytes that are sent from where they are; the library's reader walks over them.
    private final class Held: Sendable {
        let bytes: [UInt8]
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// Above this size a body is not copied. Bytes.
    private static let copyBound = 64 << 10

    /// Gives the answer to the library; on its thread only.
    /// - Returns: false to close the connection.
    func queue(_ response: HTTPServerResponse, for exchange: Exchange, head: Bool) -> Bool {
        let raw: OpaquePointer?
        var stream: (writer: HTTPBodyWriter, write: @Sendable (HTTPBodyWriter) async throws -> Void)?
        switch response.body {
        case .bytes(let bytes) where bytes.count <= Self.copyBound:
            raw = bytes.withUnsafeBytes { cmhd_response_copy($0.baseAddress, $0.count) }
        case .bytes(let bytes): raw = Self.held(bytes)
        case .stream(let write):
            let writer = HTTPBodyWriter(connection: exchange.connection, isEvents: false)
            stream = (writer, write)
            raw = Self.streamed(writer)
        case .events(let write):
            let writer = HTTPBodyWriter(connection: exchange.connection, isEvents: true)
            stream = (writer, write)
            raw = Self.streamed(writer)
        }
        guard let raw else { return false }
        for header in response.headers { cmhd_response_header(raw, header.name, header.value) }
        if isStopping, !response.headers.contains(where: { $0.name == "Connection" }) {
            cmhd_response_header(raw, "Connection", "close")
        }
        answerQueued(exchange, unbounded: stream?.writer.isEvents ?? false)
        if let stream, !head { begin(stream.writer, stream.write, exchange) }
        return cmhd_queue(exchange.connection.pointer, UInt32(clamping: response.status), raw) != 0
    }

    private func begin(
        _ writer: HTTPBodyWriter, _ write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void,
        _ exchange: Exchange
    ) {
        let task = Task {
            do {
                try await write(writer)
                writer.finish(broken: false)
            } catch { writer.finish(broken: true) }
        }
        exchange.state.withLock { state in
            state.writer = writer
            state.task = task
        }
        // A stop that came between saw no writer.
        if isStopping { writer.finish(broken: !writer.isEvents) }
    }

    private static func held(_ bytes: [UInt8]) -> OpaquePointer? {
        cmhd_response_reader(
            UInt64(bytes.count), 32 << 10,
            { context, position, room, count in
                guard let context, let room else { return -2 }
                let bytes = Unmanaged<Held>.fromOpaque(context).takeUnretainedValue().bytes
                let start = Int(position)
                guard start < bytes.count else { return -1 }
                let size = min(count, bytes.count - start)
                bytes.withUnsafeBytes { source in
                    UnsafeMutableRawBufferPointer(start: room, count: size)
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + size]))
                }
                return size
            }, Unmanaged.passRetained(Held(bytes)).toOpaque(),
            { context in if let context { Unmanaged<Held>.fromOpaque(context).release() } })
    }

    private static func streamed(_ writer: HTTPBodyWriter) -> OpaquePointer? {
        cmhd_response_reader(
            UInt64.max, 16 << 10,
            { context, _, room, count in
                guard let context, let room else { return -2 }
                return Unmanaged<HTTPBodyWriter>.fromOpaque(context).takeUnretainedValue().read(
                    into: room, count: count)
            }, Unmanaged.passRetained(writer).toOpaque(),
            { context in if let context { Unmanaged<HTTPBodyWriter>.fromOpaque(context).release() } })
    }
}
