import Base
import HTTPServer
import Synchronization
import TestSupport
import Testing

@Suite("A hostile client")
struct HTTPServerHostileTests {
    @Test func sendingHeadersByteByByteIsCutOff() async throws {
        let server = try HTTPServerTests.serving { $0.requestTimeout = .milliseconds(200) }
        let connection = try #require(RawConnection(port: server.port))
        connection.send("GET / HTTP/1.1\r\nHost: t\r\n")
        // One byte every other millisecond: an idle timeout would never come.
        let (sent, answer) = await OwnThread.value {
            var sent = 0
            while sent < 20_000, connection.send("x"), !connection.hasNews(within: 2) { sent += 1 }
            return (sent, connection.receiveNow())
        }
        #expect(sent < 20_000)
        #expect(answer.isEmpty)
        #expect(await RawConnection.exchange(port: server.port, HTTPServerTests.get("/")).hasPrefix("HTTP/1.1 200"))
        await server.stop()
    }

    @Test func sendingHalfABodyIsCutOffAndNeverHandled() async throws {
        let handled = Mutex(0)
        let server = try HTTPServerTests.serving {
            $0.requestTimeout = .milliseconds(200)
        } _: { request in
            handled.withLock { $0 += 1 }
            return HTTPServerTests.echo(request)
        }
        let answer = await RawConnection.exchange(
            port: server.port, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nhalf")
        #expect(!answer.contains("200"))
        #expect(handled.withLock { $0 } == 0)
        await server.stop()
    }

    @Test func connectionsThatSayNothingAreClosed() async throws {
        let server = try HTTPServerTests.serving { $0.requestTimeout = .milliseconds(150) }
        let silent = try #require(RawConnection(port: server.port))
        #expect(await silent.receive() == "")
        await server.stop()
    }

    @Test func idleConnectionsAreClosedAfterTheirTime() async throws {
        let server = try HTTPServerTests.serving { $0.idleTimeout = .milliseconds(150) }
        let client = try #require(RawConnection(port: server.port))
        client.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        #expect(await client.receive().hasSuffix("body 0\n"))
        await server.stop()
    }

    @Test func announcingATooLongBodyGets413AtOnce() async throws {
        let server = try HTTPServerTests.serving { $0.maximumBodyBytes = 1000 }
        let answer = await RawConnection.exchange(
            port: server.port, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 50000000\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        let huge = await RawConnection.exchange(
            port: server.port, "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999\r\n\r\n")
        #expect(huge.hasPrefix("HTTP/1.1 4") || huge.isEmpty)
        await server.stop()
    }

    @Test func aChunkedBodyOverTheLimitGets413AndAnEndlessOneIsCutOff() async throws {
        let server = try HTTPServerTests.serving { $0.maximumBodyBytes = 1000 }
        let head = "POST / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
        let answer = await RawConnection.exchange(port: server.port, head + chunk + chunk + "0\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        let endless = try #require(RawConnection(port: server.port))
        endless.send(head)
        let closed = await OwnThread.value {
            for _ in 0..<100_000 where !endless.send(chunk) { return true }
            return false
        }
        #expect(closed)
        await server.stop()
    }

    @Test func bodiesTogetherAreBounded() async throws {
        let server = try HTTPServerTests.serving { $0.maximumBufferedBytes = 10_000 }
        let holder = try #require(RawConnection(port: server.port))
        holder.send(
            "POST /hold HTTP/1.1\r\nHost: t\r\nContent-Length: 9000\r\n\r\n" + String(repeating: "x", count: 8500))
        // The order of arrival over two connections is only known once the first is being held: ask until it is.
        var answer = ""
        for _ in 0..<1000 {
            answer = await RawConnection.exchange(
                port: server.port, HTTPServerTests.post("/", type: "text/plain", String(repeating: "y", count: 5000)))
            if answer.hasPrefix("HTTP/1.1 503 ") { break }
        }
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        holder.send(String(repeating: "x", count: 500))
        #expect(await holder.receive { $0.contains("body 9000") }.contains("body 9000"))
        let again = await RawConnection.exchange(
            port: server.port, HTTPServerTests.post("/", type: "text/plain", String(repeating: "y", count: 5000)))
        #expect(again.contains("body 5000"))
        await server.stop()
    }

    struct Rubbish: CustomTestStringConvertible {
        var testDescription: String
        var text: String
    }

    static let rubbish = [
        Rubbish(
            testDescription: "a giant header",
            text: "GET / HTTP/1.1\r\nHost: t\r\nX: " + String(repeating: "a", count: 2_000_000) + "\r\n\r\n"),
        Rubbish(
            testDescription: "a giant target",
            text: "GET /" + String(repeating: "a", count: 2_000_000) + " HTTP/1.1\r\nHost: t\r\n\r\n"),
        Rubbish(
            testDescription: "too many headers",
            text: "GET / HTTP/1.1\r\n" + String(repeating: "X-A: b\r\n", count: 200_000) + "\r\n"),
        Rubbish(
            testDescription: "binary", text: String(repeating: "\u{0}\u{1}\u{7F}rubbish", count: 1000) + "\r\n\r\n"),
        Rubbish(testDescription: "no request line", text: "\r\n\r\n\r\n\r\nBOO\r\n\r\n"),
        Rubbish(testDescription: "an unknown version", text: "GET / HTTP/9.9\r\nHost: t\r\n\r\n"),
        Rubbish(
            testDescription: "a broken chunk",
            text: "POST / HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nZZZZ\r\nabc"),
    ]

    @Test(arguments: rubbish)
    func sendingRubbishGetsAnErrorOrAClosedConnection(_ rubbish: Rubbish) async throws {
        let server = try HTTPServerTests.serving { $0.requestTimeout = .milliseconds(500) }
        let connection = try #require(RawConnection(port: server.port))
        let sender = Task { await OwnThread.value { connection.send(rubbish.text) } }
        let answer = await connection.receive()
        _ = await sender.value
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5"))
        #expect(await RawConnection.exchange(port: server.port, HTTPServerTests.get("/")).hasPrefix("HTTP/1.1 200"))
        await server.stop()
    }

    @Test(.enabled(if: Surroundings.isSoak))
    func holdingNineThousandConnectionsCostsLittleAndKeepsNobodyOut() async throws {
        let registry = MetricsRegistry()
        ProcessMetrics.register(in: registry)
        let server = try HTTPServerTests.serving { $0.maximumConnections = 20_000 }
        _ = await registry.exposition()
        let before = registry.gauge("process_resident_memory_bytes", "").value
        let half = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n"
        let idle = await OwnThread.value {
            (0..<9000).compactMap { number -> RawConnection? in
                let connection = RawConnection(port: server.port)
                if number % 2 == 0 { connection?.send(half) }
                return connection
            }
        }
        let started = ContinuousClock.now
        #expect(await RawConnection.exchange(port: server.port, HTTPServerTests.get("/")).hasPrefix("HTTP/1.1 200"))
        #expect(ContinuousClock.now - started < .seconds(2))
        _ = await registry.exposition()
        let growth = registry.gauge("process_resident_memory_bytes", "").value - before
        Surroundings.say("9,000 idle connections: \(server.connectionCount) open, \(Int(growth / 1e6)) MB more")
        #expect(growth < 150e6)
        #expect(idle.count > 5000)
        await server.stop()
    }

    @Test func holdingManyIdleConnectionsDoesNotKeepOthersOut() async throws {
        let server = try HTTPServerTests.serving { $0.maximumConnections = 40 }
        var idle: [RawConnection] = []
        for _ in 0..<200 {
            if let connection = RawConnection(port: server.port) { idle.append(connection) }
        }
        #expect(await RawConnection.exchange(port: server.port, HTTPServerTests.get("/")).hasPrefix("HTTP/1.1 200"))
        #expect(server.connectionCount <= 40)
        #expect(idle.count == 200)
        await server.stop()
    }
}

@Suite("A stop of the server")
struct HTTPServerStopTests {
    @Test func answersWhatIsInFlight() async throws {
        let entered = AsyncGate()
        let release = AsyncGate()
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            entered.open()
            await release.wait()
            return HTTPServerResponse(text: "done")
        }
        let connection = try #require(RawConnection(port: server.port))
        connection.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        await entered.wait()
        async let stopped: Void = server.stop(grace: .seconds(20))
        // Refused from now on: the listening socket goes first.
        while RawConnection(port: server.port) != nil { await Task.yield() }
        release.open()
        #expect(await connection.receive().hasSuffix("done"))
        await stopped
    }

    @Test func givesUpOnAHandlerThatNeverEnds() async throws {
        let entered = AsyncGate()
        let never = AsyncGate()
        let server = try HTTPServerTests.serving { _ in
        } _: { _ in
            entered.open()
            await never.wait()
            return HTTPServerResponse(text: "too late")
        }
        let connection = try #require(RawConnection(port: server.port))
        connection.send("GET / HTTP/1.1\r\nHost: t\r\n\r\n")
        await entered.wait()
        await server.stop(grace: .milliseconds(50))
        let answer = await connection.receive()
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 503 "))
        never.open()
    }

    @Test func isNotHeldUpByHalfRequestsOrIdleConnections() async throws {
        let server = try HTTPServerTests.serving()
        let half = try #require(RawConnection(port: server.port))
        half.send("POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 100\r\n\r\nhalf")
        let started = ContinuousClock.now
        await server.stop(grace: .seconds(30))
        #expect(ContinuousClock.now - started < .seconds(15))
    }

    @Test func lettingGoOfTheServerClosesIt() async throws {
        var server: HTTPServer? = try HTTPServerTests.serving()
        let port = try #require(server?.port)
        let connection = try #require(RawConnection(port: port))
        server = nil
        #expect(await connection.receive() == "")
    }
}
