import Base
import HTTPTransport
import Synchronization
import TestSupport
import Testing

@Suite("Many requests at once")
struct BatchTests {
    let client = HTTPClient()

    private static func request(_ url: String) -> HTTPRequest {
        HTTPRequest("POST", url, headers: [HTTPHeader("Content-Type", "text/plain")])
    }

    @Test func eachHasItsOwnAnswerInItsPlace() async throws {
        // More than there may be connections to one host; later ones are answered first.
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                let body = String(decoding: request.body, as: UTF8.self)
                if body == "7" { return }
                let status = body == "9" ? "503 Service Unavailable" : "200 OK"
                connection.write(HTTPClientTests.answer("to \(body)", status: status))
            }
        }
        let bodies = (0..<100).map { Array("\($0)".utf8) }
        let answers = await client.send(Self.request(server.url), bodies: bodies)
        #expect(answers.count == 100)
        for (number, answer) in answers.enumerated() {
            switch answer {
            case .success(let response):
                #expect(response.text() == "to \(number)")
                #expect(response.status == (number == 9 ? 503 : 200))
                #expect(response.took > .zero)
            case .failure(let error): #expect(number == 7, "\(number): \(error)")
            }
        }
        #expect(await client.send(Self.request(server.url), bodies: []).isEmpty)
    }

    @Test func oneThatHangsKeepsNoOtherFromItsAnswer() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                if request.body == [0x31] {
                    connection.waitForClose()
                    return
                }
                connection.write(HTTPClientTests.answer("here"))
            }
        }
        var request = Self.request(server.url)
        request.timeout = .seconds(2)
        let answers = await client.send(request, bodies: [[0x30], [0x31], [0x32]])
        #expect(try answers[0].get().text() == "here")
        #expect(try answers[2].get().text() == "here")
        guard case .failure(let error) = answers[1] else {
            Issue.record("an answer from a server that hangs")
            return
        }
        #expect(error.kind == .timeout)
    }

    @Test func cancellingEndsAll() async throws {
        let asked = Mutex(0)
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            asked.withLock { $0 += 1 }
            connection.waitForClose()
        }
        let request = Self.request(server.url)
        let task = Task { [client] in await client.send(request, bodies: [[0x30], [0x31]]) }
        #expect(await eventually { asked.withLock { $0 } == 2 })
        task.cancel()
        for answer in await task.value {
            #expect(throws: HTTPError.self) { try answer.get() }
        }
    }

    @Test func aRedirectIsFollowedWithTheBodyItCameWith() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                if request.line.contains("/new") {
                    connection.write(HTTPClientTests.answer("at last " + String(decoding: request.body, as: UTF8.self)))
                } else {
                    connection.write(
                        HTTPClientTests.answer("", status: "308 Permanent Redirect", headers: ["Location: /new"]))
                }
            }
        }
        let answers = await client.send(Self.request(server.url + "/old"), bodies: [[0x61], [0x62]])
        #expect(try answers.map { try $0.get().text() } == ["at last a", "at last b"])
    }

    /// Handles that were set up for one question are used for the next: nothing of it may be left.
    @Test func nothingOfABatchIsLeftInTheNext() async throws {
        let server = ScriptedServer { connection in
            while let request = connection.readRequest() {
                let who = request.headers.first { $0.lowercased().hasPrefix("authorization:") } ?? "nobody"
                let body = String(decoding: request.body, as: UTF8.self)
                connection.write(HTTPClientTests.answer("\(request.line) \(who) \(body)"))
            }
        }
        for round in 0..<4 {
            for path in ["/a", "/a", "/b"] {
                var request = Self.request(server.url + path)
                if round % 2 == 1 {
                    request.authentication = .authorization(scheme: "Bearer", credentials: Secret("t\(round)"))
                }
                let answers = await client.send(
                    request, bodies: [Array("x\(round)".utf8), Array("longer\(round)".utf8)])
                let texts = try answers.map { try $0.get().text() }
                let who = round % 2 == 1 ? "Authorization: Bearer t\(round)" : "nobody"
                #expect(
                    texts == ["x\(round)", "longer\(round)"].map { "POST \(path) HTTP/1.1 \(who) \($0)" })
            }
            #expect(
                try await client.send(HTTPRequest("GET", server.url + "/c")).text().hasPrefix("GET /c HTTP/1.1 nobody"))
        }
    }

    @Test func aBatchHasTheBudgetItCameWith() async throws {
        let server = ScriptedServer { connection in
            while connection.readRequest() != nil { connection.write(HTTPClientTests.answer("ten bytes.")) }
        }
        for _ in 0..<3 {
            var request = Self.request(server.url)
            let budget = ByteBudget(25)
            request.responseBudget = budget
            for answer in await client.send(request, bodies: [[0x30], [0x31]]) {
                #expect(try answer.get().text() == "ten bytes.")
            }
            #expect(budget.remaining == 5)
        }
    }

    @Test func connectionsThatTheServerHasClosedMeanwhileAreReplaced() async throws {
        let closed = Mutex(0)
        let server = ScriptedServer { connection in
            if connection.readRequest() != nil { connection.write(HTTPClientTests.answer("here")) }
            // Returning closes it.
            closed.withLock { $0 += 1 }
        }
        for round in 1...5 {
            let answers = await client.send(Self.request(server.url), bodies: (0..<8).map { [$0] })
            for answer in answers { #expect(try answer.get().text() == "here") }
            #expect(await eventually { closed.withLock { $0 } >= round * 8 })
        }
    }

    @Test func aRequestThatCannotBeSentFailsForEachBody() async {
        var request = Self.request("http://127.0.0.1:1/")
        request.headers.append(HTTPHeader("X", "line\nbreak"))
        let answers = await client.send(request, bodies: [[0x30], [0x31]])
        #expect(answers.count == 2)
        for answer in answers { #expect(throws: HTTPError.self) { try answer.get() } }
    }
}
