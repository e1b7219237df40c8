import Base
import HTTPServer
import HTTPTransport
import TestSupport
import Testing

@Suite("A TLS server")
struct HTTPServerTLSTests {
    @Test func answersClientsThatTrustItAndOnlyOverTLS() async throws {
        guard let made = try await TestCertificates.make() else { return }
        let certificate = TestSupport.TemporaryFolder.text(of: made.folder.path + "/server.pem")
        let key = TestSupport.TemporaryFolder.text(of: made.folder.path + "/server.key")
        let server = try HTTPServerTests.serving {
            $0.tls = HTTPServerTLS(certificate: certificate, privateKey: Secret(key))
        }
        let client = HTTPClient()
        var request = HTTPRequest("GET", "https://127.0.0.1:\(server.port)/secure?a=b")
        request.tls.authorities = .file(made.folder.path + "/ca.pem")
        let answer = try await client.send(request)
        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("GET /secure 1\na=b\n"))
        request.tls.authorities = nil
        await #expect(throws: HTTPError.self) { try await client.send(request) }
        let plain = await RawConnection.exchange(port: server.port, HTTPServerTests.get("/"))
        #expect(!plain.hasPrefix("HTTP/1.1 200"))
        await server.stop()
    }

    @Test func aClientOfOursIsServedLikeAnyOther() async throws {
        let server = try HTTPServerTests.serving()
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/x"
        var post = HTTPRequest("POST", url, body: [UInt8](repeating: 7, count: 200_000))
        post.headers = [HTTPHeader("Content-Type", "application/octet-stream")]
        let answer = try await client.send(post)
        #expect(String(decoding: answer.body, as: UTF8.self).hasSuffix("body 200000\n"))
        let all = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask { try await client.send(HTTPRequest("GET", url + "?n=\(number)")).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(all == [Int](repeating: 200, count: 200))
        await server.stop()
    }
}

@Suite("Certificates of clients")
struct ClientCertificateTests {
    private static func outcome(
        _ made: TestCertificates, shows client: String?, _ change: (inout HTTPServerTLS) -> Void
    ) async throws -> Bool {
        let server = try HTTPServerTests.serving {
            var tls = HTTPServerTLS(
                certificate: made.text("server.pem"), privateKey: Secret(made.text("server.key")))
            tls.clientAuthorities = made.text("ca.pem")
            change(&tls)
            $0.tls = tls
        }
        var request = HTTPRequest("GET", "https://127.0.0.1:\(server.port)/", timeout: .seconds(10))
        request.tls.authorities = .file(made.path("ca.pem"))
        if let client {
            request.tls.certificate = .file(made.path("\(client).pem"))
            request.tls.key = .file(made.path("\(client).key"))
        }
        let answer = try? await HTTPClient().send(request)
        await server.stop()
        return answer?.status == 200
    }

    @Test func areAskedForRequiredAndVerifiedAsSaid() async throws {
        guard let made = try await TestCertificates.make(), let other = try await TestCertificates.make() else {
            return
        }
        for file in ["client.pem", "client.key"] {
            try made.folder.write("stranger" + file.dropFirst(6), other.text(file))
        }
        typealias Mode = HTTPServerTLS.ClientCertificates
        let wanted: [(Mode, none: Bool, client: Bool, stranger: Bool)] = [
            (.none, true, true, true), (.requested, true, true, true), (.required, false, true, true),
            (.verifiedIfGiven, true, true, false), (.verified, false, true, false),
        ]
        for (mode, none, client, stranger) in wanted {
            let set: (inout HTTPServerTLS) -> Void = { $0.clientCertificates = mode }
            #expect(try await Self.outcome(made, shows: nil, set) == none, "\(mode) without")
            #expect(try await Self.outcome(made, shows: "client", set) == client, "\(mode) with one")
            #expect(try await Self.outcome(made, shows: "stranger", set) == stranger, "\(mode) with a stranger's")
        }
        // The client's certificate has no alternative names: none of those wanted.
        #expect(
            try await Self.outcome(made, shows: "client") {
                $0.clientCertificates = .verified
                $0.allowedClientNames = ["somebody.example.org"]
            } == false)
        #expect(
            try await Self.outcome(made, shows: "server") {
                $0.clientCertificates = .verifiedIfGiven
                $0.allowedClientNames = ["ruleval.test"]
            })
    }

    @Test func aServersOwnCertificateIsExchangedWhileItRuns() async throws {
        guard let first = try await TestCertificates.make(), let second = try await TestCertificates.make() else {
            return
        }
        func tls(_ made: TestCertificates) -> HTTPServerTLS {
            HTTPServerTLS(certificate: made.text("server.pem"), privateKey: Secret(made.text("server.key")))
        }
        func trusts(_ server: HTTPServer, _ made: TestCertificates) async -> Bool {
            var request = HTTPRequest("GET", "https://127.0.0.1:\(server.port)/", timeout: .seconds(10))
            request.tls.authorities = .file(made.path("ca.pem"))
            return (try? await HTTPClient().send(request))?.status == 200
        }
        let server = try HTTPServerTests.serving { $0.tls = tls(first) }
        #expect(await trusts(server, first))
        #expect(throws: HTTPServerError.self) {
            try server.replace(tls: HTTPServerTLS(certificate: "rubbish", privateKey: Secret("rubbish")))
        }
        #expect(await trusts(server, first))
        try server.replace(tls: tls(second))
        #expect(await trusts(server, second))
        #expect(await !trusts(server, first))
        await server.stop()
    }
}
