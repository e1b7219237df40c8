import Base
import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite("A streamed answer")
struct HTTPServerStreamTests {
    @Test func arrivesPieceByPieceAndEnds() async throws {
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            .stream(contentType: "text/plain") { writer in
                for number in 0..<3 { try await writer.write("piece \(number)\n") }
            }
        }
        let answer = await RawConnection.exchange(port: server.port, HTTPServerTests.get("/"))
        #expect(answer.contains("Transfer-Encoding: chunked\r\n"))
        for number in 0..<3 { #expect(answer.contains("piece \(number)\n")) }
        #expect(answer.hasSuffix("0\r\n\r\n"))
        await server.stop()
    }

    @Test func isCutWhenItsSourceFails() async throws {
        struct Broken: Error {}
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            .stream(contentType: "text/plain") { writer in
                try await writer.write("half")
                throw Broken()
            }
        }
        let answer = await RawConnection.exchange(port: server.port, HTTPServerTests.get("/"))
        #expect(!answer.hasSuffix("0\r\n\r\n"))
        await server.stop()
    }

    @Test func holdsTheWriterUpWhenNobodyReads() async throws {
        let written = Mutex(0)
        let ended = AsyncGate()
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            .stream(contentType: "text/plain") { writer in
                defer { ended.open() }
                for _ in 0..<4096 {
                    try await writer.write([UInt8](repeating: 120, count: 64 << 10))
                    written.withLock { $0 += 1 }
                }
            }
        }
        do {
            let connection = try #require(RawConnection(port: server.port))
            connection.send(HTTPServerTests.get("/"))
            _ = await connection.receive { $0.utf8.count > 100_000 }
        }  // the client leaves in the middle of 256 MB
        await ended.wait()
        #expect(written.withLock { $0 } < 1024)
        await server.stop()
    }

    @Test func eventsReachEveryClientAndEndWithTheServer() async throws {
        let writers = Mutex<[HTTPBodyWriter]>([])
        let attached = AsyncGate()
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            .events { writer in
                writers.withLock { $0.append(writer) }
                writer.offer("data: hello\n\n".utf8)
                if writers.withLock({ $0.count }) == 3 { attached.open() }
                await writer.waitUntilClosed()
            }
        }
        let clients = (0..<3).compactMap { _ in RawConnection(port: server.port) }
        for client in clients { client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n") }
        await attached.wait()
        for writer in writers.withLock({ $0 }) { #expect(writer.offer("data: news\n\n".utf8)) }
        for client in clients {
            let text = await client.receive { $0.contains("data: news\n\n") }
            #expect(text.contains("Content-Type: text/event-stream\r\n"))
            #expect(text.contains("data: hello\n\n"))
        }
        await server.stop(grace: .seconds(10))
        for writer in writers.withLock({ $0 }) { #expect(!writer.offer("late".utf8)) }
        #expect(server.connectionCount == 0)
    }

    @Test func idleEventStreamsGetCommentsAndNoticeThatTheClientHasGone() async throws {
        let ended = AsyncGate()
        let server = try HTTPServerTests.serving {
            $0.eventHeartbeat = .milliseconds(40)
        } _: { _ in
            .events { writer in
                await writer.waitUntilClosed()
                ended.open()
            }
        }
        do {
            let client = try #require(RawConnection(port: server.port))
            client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
            #expect(await client.receive { $0.contains(": \n\n") }.contains(": \n\n"))
        }
        await ended.wait()
        await server.stop()
    }

    @Test func aReaderThatLagsIsCutOff() async throws {
        let result = Mutex(true)
        let ended = AsyncGate()
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            .events { writer in
                let piece = [UInt8](repeating: 120, count: 256 << 10)
                var pieces = 0
                while writer.offer(piece), pieces < 10_000 { pieces += 1 }
                result.withLock { $0 = writer.isOpen }
                ended.open()
            }
        }
        let client = try #require(RawConnection(port: server.port))
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        await ended.wait()
        #expect(result.withLock { $0 } == false)
        await server.stop()
    }
}

/// Opens once; whoever waits goes on.
final class AsyncGate: Sendable {
    private let state = Mutex<(open: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func open() {
        let waiting = state.withLock { state in
            state.open = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let open = state.withLock { state in
                if !state.open { state.waiting.append(continuation) }
                return state.open
            }
            if open { continuation.resume() }
        }
    }
}
