import Base
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite("The HTTP client")
struct HTTPClientTests {
    let client = HTTPClient()

    static func answer(_ body: String, status: String = "200 OK", headers: [String] = []) -> String {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)"] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Answers each request with a description of it.
    static func echo() -> ScriptedServer {
        ScriptedServer { connection in
            while let request = connection.readRequest() {
                let lines = [request.line] + request.headers + ["", String(decoding: request.body, as: UTF8.self)]
                connection.write(answer(lines.joined(separator: "\n")))
            }
        }
    }

    func kind(_ request: HTTPRequest) async -> HTTPError.Kind? {
        do throws(HTTPError) {
            _ = try await client.send(request)
            return nil
        } catch { return error.kind }
    }

    @Test func sendsMethodHeadersAndBody() async throws {
        let server = Self.echo()
        let request = HTTPRequest(
            "POST", server.url + "/a?b=c",
            headers: [HTTPHeader("Content-Type", "text/plain"), HTTPHeader("X-Empty", "")],
            body: Array("hello".utf8))
        let lines = try await client.send(request).text().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.first == "POST /a?b=c HTTP/1.1")
        #expect(lines.contains("Content-Type: text/plain"))
        #expect(lines.contains("X-Empty:"))
        #expect(lines.contains("User-Agent: ruleval"))
        #expect(!lines.contains { $0.hasPrefix("Accept-Encoding") || $0.hasPrefix("Expect") })
        #expect(lines.last == "hello")
    }

    @Test(
        "sends other methods as they are named",
        arguments: ["GET", "PUT", "DELETE", "PATCH", "POST"])
    func methods(_ method: String) async throws {
        let server = Self.echo()
        #expect(try await client.send(HTTPRequest(method, server.url)).text().hasPrefix("\(method) / HTTP/1.1\n"))
    }

    @Test func authenticates() async throws {
        let server = Self.echo()
        var request = HTTPRequest("GET", server.url)
        request.authentication = .basic(username: "user", password: Secret("pa:ss"))
        #expect(try await client.send(request).text().contains("Authorization: Basic dXNlcjpwYTpzcw=="))
        request.authentication = .authorization(scheme: "Bearer", credentials: Secret("t0ken"))
        #expect(try await client.send(request).text().contains("Authorization: Bearer t0ken"))
        request.authentication = .none
        request.url = "http://a%40b:c@127.0.0.1:\(server.port)/"
        #expect(try await client.send(request).text().contains("Authorization: Basic YUBiOmM="))
    }

    @Test func usesAConnectionAgain() async throws {
        let connections = Mutex(0)
        let server = ScriptedServer { connection in
            connections.withLock { $0 += 1 }
            while connection.readRequest() != nil { connection.write(Self.answer("x")) }
        }
        for _ in 0..<5 { _ = try await client.send(HTTPRequest("GET", server.url)) }
        #expect(connections.withLock { $0 } == 1)
    }

    @Test func answersOfAnyStatusAreAnswers() async throws {
        let server = ScriptedServer(
            answering: Self.answer("<html>", status: "503 Service Unavailable", headers: ["X-A:  b "]))
        let response = try await client.send(HTTPRequest("GET", server.url))
        #expect(response.status == 503)
        #expect(response.header("x-a") == "b")
        #expect(response.text() == "<html>")
        #expect(!response.isSuccess)
    }

    @Test(
        "says what kind of failure it met",
        arguments: [
            ("", HTTPError.Kind.interrupted), ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", .interrupted),
            ("hello, I am no web server\r\n", .malformed),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", .interrupted),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n", .tooLarge),
        ])
    func failures(_ bytes: String, _ expected: HTTPError.Kind) async {
        let server = ScriptedServer(answering: bytes)
        #expect(await kind(HTTPRequest("GET", server.url, responseLimit: 1 << 20)) == expected)
    }

    @Test func aServerThatSaysNothingTimesOut() async {
        let server = ScriptedServer { $0.waitForClose() }
        #expect(await kind(HTTPRequest("GET", server.url, timeout: .milliseconds(100))) == .timeout)
    }

    @Test func nobodyListening() async {
        #expect(await kind(HTTPRequest("GET", "http://127.0.0.1:\(ScriptedServer.closedPort())")) == .connect)
    }

    @Test func aNameWithoutAddress() async {
        #expect(await kind(HTTPRequest("GET", "http://no-such-host.invalid/")) == .resolve)
    }

    @Test func anEndlessAnswerIsCutOff() async {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            let block = [UInt8](repeating: 0x61, count: 65_536)
            while connection.write(block) {}
        }
        #expect(await kind(HTTPRequest("GET", server.url, responseLimit: 1 << 20)) == .tooLarge)
    }

    @Test func endlessHeadersAreCutOff() async {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write("HTTP/1.1 200 OK\r\n")
            while connection.write("X-Again: and again and again and again and again\r\n") {}
        }
        #expect(await kind(HTTPRequest("GET", server.url)) == .tooLarge)
    }

    @Test(
        "refuses addresses it cannot use",
        arguments: [
            "", "localhost", "/path", "ftp://host/", "http://", "file:///etc/passwd", "http://a b/", "http://h:99999/",
        ])
    func addresses(_ url: String) async { #expect(await kind(HTTPRequest("GET", url)) == .invalidRequest) }

    @Test func refusesHeadersWithLineBreaks() async {
        let request = HTTPRequest("GET", "http://127.0.0.1:1", headers: [HTTPHeader("X-A", "b\r\nX-Evil: 1")])
        #expect(await kind(request) == .invalidRequest)
    }

    @Test func cancellingEndsARequest() async {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            signal.finish()
            connection.waitForClose()
        }
        let task = Task { await kind(HTTPRequest("GET", server.url)) }
        for await _ in arrived {}
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func aTaskCancelledBeforeEndsAtOnce() async {
        let server = ScriptedServer { $0.waitForClose() }
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await kind(HTTPRequest("GET", server.url))
        }
        #expect(await task.value == .cancelled)
    }

    @Test func stoppingEndsAllRequestsNowAndLater() async {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            signal.finish()
            connection.waitForClose()
        }
        let task = Task { await kind(HTTPRequest("GET", server.url)) }
        for await _ in arrived {}
        client.stop()
        #expect(await task.value == .cancelled)
        #expect(await kind(HTTPRequest("GET", server.url)) == .cancelled)
    }

    @Test func requestsCancelledAtRandomHarmNoOthers() async {
        let server = Self.echo()
        let kinds = await withTaskGroup(of: HTTPError.Kind?.self) { group in
            for index in 0..<400 {
                group.addTask { [self] in
                    if index % 2 == 0 { return await kind(HTTPRequest("GET", server.url)) }
                    let task = Task { await kind(HTTPRequest("GET", server.url)) }
                    for _ in 0..<(index % 7) { await Task.yield() }
                    task.cancel()
                    let found = await task.value
                    return found == .cancelled ? nil : found
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(kinds.allSatisfy { $0 == nil })
    }

    @Test func aStoppedClientMayBeStoppedAndAskedAgain() async {
        let server = Self.echo()
        let one = HTTPClient()
        #expect(await kind(HTTPRequest("GET", server.url)) == nil)
        for _ in 0..<100 {
            one.stop()
            let error = await #expect(throws: HTTPError.self) { try await one.send(HTTPRequest("GET", server.url)) }
            #expect(error?.kind == .cancelled)
        }
    }

    @Test func manyRequestsAtOnce() async throws {
        let server = Self.echo()
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for index in 0..<200 {
                group.addTask { [client] in
                    try await client.send(HTTPRequest("GET", server.url + "/\(index)")).text().contains("/\(index) ")
                        ? 1 : 0
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 200)
    }

    @Test func unfoldsGzipOnlyWhenAsked() async throws {
        let gzip: [UInt8] = [
            31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 215, 81, 72, 175, 202, 44, 0, 0, 74, 155, 177, 92,
            11, 0, 0, 0,
        ]
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                let isAsked = request.header("accept-encoding") == "gzip"
                let body = isAsked ? gzip : Array("plain".utf8)
                let encoding = isAsked ? "Content-Encoding: gzip\r\n" : ""
                connection.write("HTTP/1.1 200 OK\r\n\(encoding)Content-Length: \(body.count)\r\n\r\n")
                connection.write(body)
            }
        }
        var request = HTTPRequest("GET", server.url)
        #expect(try await client.send(request).text() == "plain")
        request.acceptsGzip = true
        #expect(try await client.send(request).text() == "hello, gzip")
        request.responseLimit = 5
        #expect(await kind(request) == .tooLarge)
    }

    @Test func goesThroughAProxyExceptWhereItMustNot() async throws {
        let proxy = Self.echo()
        let server = ScriptedServer(answering: Self.answer("direct"))
        var request = HTTPRequest("GET", "http://somewhere.invalid/x")
        request.proxy = .url(Secret(proxy.url))
        #expect(try await client.send(request).text().hasPrefix("GET http://somewhere.invalid/x HTTP/1.1"))
        request.url = server.url
        request.proxy = .url(Secret(proxy.url), except: "localhost,127.0.0.0/8")
        #expect(try await client.send(request).text() == "direct")
        request.proxy = .none
        #expect(try await client.send(request).text() == "direct")
    }

    @Test func sharesABudgetAmongAnswers() async throws {
        let server = ScriptedServer { connection in
            while connection.readRequest() != nil { connection.write(Self.answer(String(repeating: "x", count: 1000))) }
        }
        var request = HTTPRequest("GET", server.url)
        request.responseBudget = ByteBudget(2500)
        #expect(await kind(request) == nil)
        #expect(await kind(request) == nil)
        #expect(await kind(request) == .tooLarge)
    }
}

@Suite("Addresses")
struct HTTPURLTests {
    @Test(
        "are taken apart",
        arguments: [
            ("http://h", "http://h/", 80), ("HTTPS://H:8443/a/b?c=d#e", "https://H:8443/a/b?c=d", 8443),
            ("http://u:p%40@h:80/x", "http://h/x", 80), ("http://[::1]:9090/", "http://[::1]:9090/", 9090),
        ])
    func parts(_ text: String, _ normal: String, _ port: Int) throws {
        let url = try #require(HTTPURL(text))
        #expect(url.text == normal)
        #expect(url.port == port)
        #expect(url.password == (text.contains("@") ? "p@" : nil))
    }

    @Test(
        "are joined with a path by one slash",
        arguments: [("http://h", "http://h/api"), ("http://h/", "http://h/api"), ("http://h/a//", "http://h/a/api")])
    func appending(_ base: String, _ joined: String) { #expect(HTTPURL(base)?.appending(path: "/api").text == joined) }

    @Test(
        "are known to be this machine's",
        arguments: [
            ("http://localhost:1", true), ("http://127.1.2.3", true), ("http://[::1]:9090", true),
            ("http://a.localhost", true),
            ("http://localhost.example.org", false), ("http://10.0.0.1", false), ("http://127.example.org", false),
        ])
    func loopback(_ url: String, _ isLoopback: Bool) { #expect(HTTPURL(url)?.isLoopback == isLoopback) }

    @Test func formsAreEncoded() {
        #expect(PercentEncoding.form([("a b", "ü&="), ("c", "~*'")]) == "a+b=%C3%BC%26%3D&c=~%2A%27")
        #expect(PercentEncoding.component("a b/c") == "a%20b%2Fc")
    }
}
