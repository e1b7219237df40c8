import Base
import HTTPServer
import HTTPTransport
import PrometheusAPI
import Synchronization
import TestSupport
import Testing
import TimeSeries

@Suite("Many questions at once")
struct QueryBatchTests {
    /// Answers a question that is a number with that number; what else it is asked for it does.
    private final class Server: Sendable {
        private final class Box: Sendable { let asked = Mutex<[String]>([]) }
        private let box: Box
        private let server: HTTPServer

        init(failing: Set<String> = [], with status: Int = 503, takesPost: Bool = true) throws {
            let box = Box()
            self.box = box
            server = try HTTPServer { request in
                if request.method == "POST", !takesPost { return HTTPServerResponse(status: 405, text: "no") }
                let query = request.form["query"] ?? request.query["query"] ?? "-"
                box.asked.withLock { $0.append(query) }
                if failing.contains(query) { return HTTPServerResponse(status: status, text: "busy") }
                if query == "refused" {
                    return HTTPServerResponse(
                        status: 422, contentType: "application/json",
                        text: #"{"status":"error","errorType":"execution","error":"many-to-many"}"#)
                }
                return HTTPServerResponse(
                    contentType: "application/json",
                    text: #"{"status":"success","data":{"resultType":"scalar","result":[1,"\#(query)"]}}"#)
            }
        }
        var url: String { "http://127.0.0.1:\(server.port)" }
        var asked: [String] { box.asked.withLock { $0.sorted() } }
    }

    private static func shown(_ answers: [Result<QueryAnswer, PrometheusError>]) -> [String] {
        answers.map { answer in
            switch answer {
            case .success(let answer):
                if case .scalar(let value, _) = answer.value { return GoFloat.string(value, .general) }
                return "\(answer.value)"
            case .failure(let error): return error.message
            }
        }
    }

    private let time = Timestamp(milliseconds: 1_435_781_451_781)

    @Test(
        "each has its own answer or error, in its place", arguments: [(0, true), (0, false), (2, true)])
    func places(_ concurrency: Int, _ takesPost: Bool) async throws {
        let server = try Server(takesPost: takesPost)
        let client = try PrometheusClientTests.client(server.url) { $0.concurrency = concurrency }
        for _ in 0..<2 {
            let answers = await client.queries(["1", "refused", "3", "4"], at: time)
            #expect(Self.shown(answers) == ["1", "many-to-many", "3", "4"])
        }
        #expect(Self.shown(await client.queries(["5"], at: time)) == ["5"])
        #expect(await client.queries([], at: time).isEmpty)
        let health = try #require(client.pool.health.first)
        #expect(health.isUp)
        #expect(health.requests == 9)
        #expect(health.latency > .zero)
    }

    @Test("what one address fails to answer the next one is asked", arguments: [429, 500, 503])
    func goesOn(_ status: Int) async throws {
        let first = try Server(failing: ["2", "4"], with: status)
        let second = try Server(failing: ["4"], with: status)
        let client = try PrometheusClientTests.client(first.url) {
            $0.alternatives = [HTTPURL(second.url)].compactMap(\.self)
        }
        let answers = await client.queries(["1", "2", "3", "4", "refused"], at: time)
        let shown = Self.shown(answers)
        #expect(shown[0] == "1" && shown[1] == "2" && shown[2] == "3" && shown[4] == "many-to-many")
        #expect(shown[3].contains("\(status)"))
        #expect(first.asked == ["1", "2", "3", "4", "refused"])
        #expect(second.asked == ["2", "4"])
    }

    @Test func aServerThatIsNotThereFailsAll() async throws {
        let client = try PrometheusClientTests.client("http://127.0.0.1:\(ScriptedServer.closedPort())")
        let answers = await client.queries(["1", "2"], at: time)
        #expect(answers.count == 2)
        for answer in answers { #expect(throws: PrometheusError.self) { try answer.get() } }
        #expect(!client.pool.isUp)
    }
}
