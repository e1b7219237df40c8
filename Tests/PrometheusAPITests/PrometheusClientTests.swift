import Base
import HTTPServer
import HTTPTransport
import PrometheusAPI
import Synchronization
import TestSupport
import Testing
import TimeSeries

@Suite("The Prometheus client")
struct PrometheusClientTests {
    static let time = Timestamp(milliseconds: 1_435_781_451_781)
    static let one =
        #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,"1"]}]}}"#

    static let backwards =
        #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[2,"1"],[1,"1"]]}]}}"#

    static func client(_ url: String, _ change: (inout PrometheusServerSettings) -> Void = { _ in }) throws
        -> PrometheusClient
    {
        var settings = PrometheusServerSettings(url: try #require(HTTPURL(url)))
        change(&settings)
        return PrometheusClient(settings, http: HTTPClient())
    }

    @Test func asksWithAFormByPost() async throws {
        let seen = Mutex<[HTTPServerRequest]>([])
        let server = try HTTPServer(.init()) { request in
            seen.withLock { $0.append(request) }
            return HTTPServerResponse(contentType: "application/json", body: Array(Self.one.utf8))
        }
        let client = try Self.client("http://127.0.0.1:\(server.port)/prefix/") {
            $0.lookback = .seconds(90)
            $0.configuredTimeout = .seconds(70)
        }
        _ = try await client.query("a + \"ü&=\"", at: Self.time)
        _ = try await client.queryRange(
            "x", start: Self.time, end: Self.time, step: .milliseconds(500), timeout: .seconds(3))
        let requests = seen.withLock { $0 }
        #expect(requests.map(\.method) == ["POST", "POST"])
        #expect(requests.map(\.path) == ["/prefix/api/v1/query", "/prefix/api/v1/query_range"])
        func form(_ index: Int, _ name: String) -> String? { requests[index].form[name] }
        #expect(form(0, "query") == "a + \"ü&=\"")
        #expect(form(0, "time") == "1435781451.781")
        #expect(form(0, "timeout") == "70")
        #expect(form(0, "lookback_delta") == "90")
        #expect(form(1, "step") == "0.500")
        #expect(form(1, "start") == "1435781451.781")
        #expect(form(1, "timeout") == "3")
        await server.stop()
    }

    @Test func fallsBackToGetWhereItMust() async throws {
        let seen = Mutex<[String]>([])
        let server = try HTTPServer(.init()) { request in
            seen.withLock { $0.append("\(request.method) \(request.query["query"] ?? "-")") }
            if request.method == "POST" { return HTTPServerResponse(status: 405, text: "no") }
            return HTTPServerResponse(contentType: "application/json", body: Array(Self.one.utf8))
        }
        let client = try Self.client("http://127.0.0.1:\(server.port)")
        _ = try await client.query("up", at: Self.time)
        _ = try await client.query("down", at: Self.time)
        #expect(seen.withLock { $0 } == ["POST -", "GET up", "GET down"])
        await server.stop()
    }

    @Test(
        "makes a clear error of every other answer",
        arguments: [
            (503, "", "HOST answered with status 503", true),
            (503, "<html>\n<b>down</b>", "HOST answered with status 503: <html> <b>down</b>", true),
            (429, "slower, please", "HOST answered with status 429: slower, please", true),
            (404, "page not found\u{1b}[31m\n", "HOST answered with status 404: page not found [31m", false),
            (200, "", "HOST answered with status 200 and nothing else", true),
            (
                200, "<!doctype html>",
                "HOST answered with a page of HTML: is the URL that of a Prometheus-compatible API?", true
            ),
            (
                200, "{\"status\":\"success\"}",
                "HOST answered with something that is no answer of the API: it has no result", true
            ),
            (
                422, #"{"status":"error","errorType":"execution","error":"many-to-many"}"#, "many-to-many",
                false
            ),
            (
                503, #"{"status":"error","errorType":"timeout","error":"query timed out"}"#, "timeout: query timed out",
                true
            ),
            (
                400, #"{"status":"error","errorType":"bad_data","error":"1:1: parse\nerror"}"#,
                "bad_data: 1:1: parse error", false
            ),
            (
                200, backwards,
                "HOST answered with something that is no answer of the API: the samples of a series are not in time order",
                true
            ),
            (200, #"{"status":"error","error":"x"}"#, "x", false), (302, "", "HOST answered with status 302", false),
        ] as [(Int, String, String, Bool)])
    func errors(_ status: Int, _ body: String, _ message: String, _ isTemporary: Bool) async throws {
        let server = ScriptedServer(
            answering: "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
        let client = try Self.client(server.url)
        let error = await #expect(throws: PrometheusError.self) { try await client.query("up", at: Self.time) }
        #expect(error?.message == message.replacing("HOST", with: client.host))
        #expect(error?.isTemporary == isTemporary)
    }

    @Test func halfAnAnswerIsNoAnswer() async throws {
        let half = Self.one.prefix(60)
        let server = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(half)")
        let error = await #expect(throws: PrometheusError.self) {
            try await Self.client(server.url).query("up", at: Self.time)
        }
        #expect(error?.kind == .malformed)
        let cut = ScriptedServer(answering: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n\(half)")
        let interrupted = await #expect(throws: PrometheusError.self) {
            try await Self.client(cut.url).query("up", at: Self.time)
        }
        #expect(interrupted?.kind == .transport(.interrupted))
    }

    @Test func anAnswerLargerThanAllowedIsCutOff() async throws {
        let server = ScriptedServer { connection in
            _ = connection.readRequest()
            connection.write(
                "HTTP/1.1 200 OK\r\n\r\n{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[")
            let block = Array(repeating: Array(#"{"metric":{"a":"b"},"value":[1,"1"]},"#.utf8), count: 1000).flatMap {
                $0
            }
            while connection.write(block) {}
        }
        let client = try Self.client(server.url) { $0.maximumResponseBytes = 2 << 20 }
        let error = await #expect(throws: PrometheusError.self) { try await client.query("up", at: Self.time) }
        #expect(error?.kind == .transport(.tooLarge))
    }

    @Test func nothingAtAllTimesOut() async throws {
        let server = ScriptedServer { $0.waitForClose() }
        let error = await #expect(throws: PrometheusError.self) {
            try await Self.client(server.url).query("up", at: Self.time, timeout: .milliseconds(150))
        }
        #expect(error?.kind == .transport(.timeout))
        #expect(error?.apiErrorType == "timeout")
    }

    @Test func aDeadServerIsAnError() async throws {
        let client = try Self.client("http://127.0.0.1:\(ScriptedServer.closedPort())")
        let error = await #expect(throws: PrometheusError.self) { try await client.query("up", at: Self.time) }
        #expect(error?.kind == .transport(.connect))
        await #expect(throws: PrometheusError.self) { try await PrometheusSource(client).findFidelity() }
    }

    @Test func otherEndpointsGiveTheirData() async throws {
        let server = ScriptedServer(
            answering:
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"status\":\"success\",\"data\":{\"version\":\"3.5\"}}")
        let data = try await Self.client(server.url).data("/api/v1/status/buildinfo", [("a", "b c")])
        #expect(data["version"] == "3.5")
    }
}
