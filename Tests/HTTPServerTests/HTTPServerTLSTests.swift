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
            $0.certificate = certificate
            $0.privateKey = Secret(key)
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
