import Base
import HTTPTransport
import TestSupport
import Testing

@Suite("Redirects")
struct RedirectTests {
    let client = HTTPClient()

    static func redirecting(_ status: Int, to target: String) -> ScriptedServer {
        ScriptedServer(answering: "HTTP/1.1 \(status) Elsewhere\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
    }

    func post(_ url: String) -> HTTPRequest {
        var request = HTTPRequest("POST", url, headers: [HTTPHeader("Cookie", "session=1")], body: Array("body".utf8))
        request.authentication = .authorization(scheme: "Bearer", credentials: Secret("t0ken"))
        request.secretHeaders = [HTTPSecretHeader("X-Api-Key", Secret("k3y"))]
        return request
    }

    @Test(
        "keep method and body only where HTTP says so",
        arguments: [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
    func methods(_ status: Int, _ method: String) async throws {
        let target = HTTPClientTests.echo()
        let server = Self.redirecting(status, to: target.url + "/new")
        let text = try await client.send(post(server.url)).text()
        #expect(text.hasPrefix("\(method) /new "))
        #expect(text.hasSuffix(method == "POST" ? "\nbody" : "\n"))
    }

    @Test func carryNoCredentialsToAnotherHost() async throws {
        let target = HTTPClientTests.echo()
        let server = Self.redirecting(307, to: target.url)
        let text = try await client.send(post(server.url)).text()
        #expect(!text.contains("t0ken"))
        #expect(!text.contains("k3y"))
        #expect(!text.contains("session"))
    }

    @Test func carryCredentialsToTheSameHost() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                if request.line.contains("/old") {
                    connection.write("HTTP/1.1 307 There\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n")
                } else {
                    connection.write(HTTPClientTests.answer(request.headers.joined(separator: "\n")))
                }
            }
        }
        let response = try await client.send(post(server.url + "/old"))
        #expect(response.text().contains("t0ken"))
        #expect(response.text().contains("k3y"))
        #expect(response.url == server.url + "/new")
    }

    @Test func areNotFollowedWhenNotWanted() async throws {
        let server = Self.redirecting(302, to: "http://127.0.0.1:1/")
        var request = HTTPRequest("GET", server.url)
        request.followRedirects = false
        #expect(try await client.send(request).status == 302)
    }

    @Test("that lead nowhere are refused", arguments: ["file:///etc/passwd", "gopher://x/", "/again"])
    func refused(_ target: String) async {
        let server = Self.redirecting(302, to: target)
        let error = await #expect(throws: HTTPError.self) { try await client.send(HTTPRequest("GET", server.url)) }
        #expect(error?.kind == .redirect)
    }
}
