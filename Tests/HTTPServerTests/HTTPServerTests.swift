import Base
import Glibc
import HTTPServer
import TestSupport
import Testing

@Suite("An HTTP server")
struct HTTPServerTests {
    /// Answers with what it understood of the request.
    static func echo(_ request: HTTPServerRequest) -> HTTPServerResponse {
        var text = "\(request.method) \(request.path) \(request.pathSegments.count)\n"
        for parameter in request.parameters { text += "\(parameter.name)=\(parameter.value)\n" }
        text += "from \(request.remoteAddress)\nx=\(request.headerValues("x-test").joined(separator: ","))\n"
        text += "body \(request.body.count)\n"
        return HTTPServerResponse(text: text)
    }

    static func serving(
        _ change: (inout HTTPServerConfiguration) -> Void = { _ in },
        _ handler: @escaping @Sendable (HTTPServerRequest) async -> HTTPServerResponse = { echo($0) }
    ) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration()
        change(&configuration)
        return try HTTPServer(configuration, handler: handler)
    }

    static func get(_ target: String, headers: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\(headers)\r\n"
    }

    static func post(_ target: String, type: String = "application/x-www-form-urlencoded", _ body: String) -> String {
        "POST \(target) HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: \(type)\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func decodesPathQueryHeadersAndAddress() async throws {
        let server = try Self.serving()
        let answer = await RawConnection.exchange(
            port: server.port,
            Self.get("/a%2Fb/c%20d?match[]=x&match%5B%5D=y+z&bad=%zz&empty", headers: "X-Test: 1\r\nx-test: 2\r\n"))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.hasSuffix("GET /a/b/c d 2\nmatch[]=x\nmatch[]=y z\nempty=\nfrom 127.0.0.1\nx=1,2\nbody 0\n"))
        await server.stop()
    }

    @Test func formValuesComeBeforeThoseOfTheQuery() async throws {
        let server = try Self.serving()
        let answer = await RawConnection.exchange(
            port: server.port, Self.post("/q?query=second", "query=first%2B1&time=2"))
        #expect(answer.contains("query=first+1\ntime=2\nquery=second\n"))
        let other = await RawConnection.exchange(port: server.port, Self.post("/q?a=b", type: "text/plain", "c=d"))
        #expect(other.contains("a=b\n") && !other.contains("c=d\n"))
        await server.stop()
    }

    @Test func aBrokenEscapeInThePathIsABadRequest() async throws {
        let server = try Self.serving()
        let answer = await RawConnection.exchange(port: server.port, Self.get("/a%2"))
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        await server.stop()
    }

    @Test func headGetsLengthWithoutBody() async throws {
        let server = try Self.serving { _ in
        } _: { _ in
            HTTPServerResponse(text: "12345")
        }
        let answer = await RawConnection.exchange(
            port: server.port, "HEAD / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n")
        #expect(answer.contains("Content-Length: 5\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n"))
        await server.stop()
    }

    @Test func serversOnIPv6AndNamesListen() async throws {
        for host in ["::1", "[::1]"] {
            let server = try Self.serving { $0.host = host }
            let connection = try #require(RawConnection(port: server.port, family: AF_INET6))
            connection.send(Self.get("/"))
            #expect(await connection.receive().contains("from ::1\n"))
            await server.stop()
        }
        for host in ["localhost", "", "0.0.0.0"] {
            let server = try Self.serving { $0.host = host }
            if host != "localhost" {
                #expect(await RawConnection.exchange(port: server.port, Self.get("/")).contains("from 127.0.0.1\n"))
            }
            #expect(server.port > 0)
            await server.stop()
        }
    }

    @Test func startFailuresSayWhy() async throws {
        let server = try Self.serving()
        #expect(throws: HTTPServerError.addressInUse("127.0.0.1:\(server.port)")) {
            try Self.serving { $0.port = server.port }
        }
        await server.stop()
        #expect(throws: HTTPServerError.self) { try Self.serving { $0.host = "no such host.invalid" } }
        #expect(throws: HTTPServerError.cannotListen("127.0.0.1:70000", reason: "a port is a number from 0 to 65535")) {
            try Self.serving { $0.port = 70000 }
        }
        #expect(throws: HTTPServerError.cannotListen("192.0.2.1:1", reason: "Cannot assign requested address")) {
            try Self.serving {
                $0.host = "192.0.2.1"
                $0.port = 1
            }
        }
        #expect(throws: HTTPServerError.self) {
            try Self.serving {
                $0.tls = HTTPServerTLS(certificate: "rubbish", privateKey: Secret("rubbish"))
            }
        }
    }

    @Test func aPortCanBeTakenAgainWhileOldConnectionsLinger() async throws {
        let first = try Self.serving()
        let port = first.port
        // The server closes first: its side of the connection stays in TIME_WAIT.
        #expect(await RawConnection.exchange(port: port, Self.get("/")).hasPrefix("HTTP/1.1 200"))
        await first.stop()
        let second = try Self.serving { $0.port = port }
        #expect(await RawConnection.exchange(port: port, Self.get("/")).hasPrefix("HTTP/1.1 200"))
        await second.stop()
    }

    @Test func manyRequestsOnOneConnectionAreAnsweredInOrder() async throws {
        let server = try Self.serving()
        let connection = try #require(RawConnection(port: server.port))
        for number in 0..<50 { connection.send("GET /n\(number) HTTP/1.1\r\nHost: t\r\n\r\n") }
        let answer = await connection.receive { $0.contains("GET /n49 ") }
        let order = (0..<50).compactMap { answer.range(of: "GET /n\($0) ") }
        #expect(order.count == 50)
        #expect(order == order.sorted())
        await server.stop()
    }

    @Test func largeAnswersArriveWhole() async throws {
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: 97 + $0 % 26) }
        let server = try Self.serving { _ in
        } _: { _ in
            HTTPServerResponse(contentType: "text/plain", body: body)
        }
        let answer = await RawConnection.exchange(port: server.port, Self.get("/"))
        let start = try #require(answer.range(of: "\r\n\r\n"))
        #expect(answer.contains("Content-Length: 3000000\r\n"))
        #expect(Array(answer.utf8.dropFirst(start + 4)) == body)
        await server.stop()
    }
}

extension String {
    /// The offset of the first occurrence in bytes.
    func range(of text: String) -> Int? {
        let hay = Array(utf8)
        let needle = Array(text.utf8)
        guard hay.count >= needle.count else { return nil }
        return (0...hay.count - needle.count).first { start in
            hay[start] == needle[0] && hay[start..<start + needle.count].elementsEqual(needle)
        }
    }
}
