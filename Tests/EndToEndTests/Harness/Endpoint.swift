import HTTPServer
import JSON
import Synchronization

/// A local HTTP endpoint in the place of Slack, webhooks and pages: it keeps what it was told.
final class Endpoint: Sendable {
    struct Call: Sendable {
        var path: String
        var body: JSONValue
    }

    private struct State {
        var calls: [Call] = []
        /// How often each failing path was asked.
        var failures: [String: Int] = [:]
        var answer: (status: Int, text: String) = (200, "ok")
    }

    private final class Box: Sendable {
        let state = Mutex(State())
    }

    private let box: Box
    private let server: HTTPServer

    init() throws {
        let box = Box()
        self.box = box
        server = try HTTPServer { request in
            let body = (try? JSONValue(parsing: request.body)) ?? .null
            let answer = box.state.withLock { state in
                if let status = Self.failure(request.path, &state) { return (status: status, text: "no") }
                if (200..<300).contains(state.answer.status) {
                    state.calls.append(Call(path: request.path, body: body))
                }
                return state.answer
            }
            return HTTPServerResponse(status: answer.status, text: answer.text)
        }
    }

    /// A path that ends in `fail500x2` is answered with 500 twice, then as any other.
    private static func failure(_ path: String, _ state: inout State) -> Int? {
        guard let last = path.split(separator: "/").last, last.hasPrefix("fail") else { return nil }
        let numbers = last.dropFirst(4).split(separator: "x").compactMap { Int($0) }
        guard numbers.count == 2, state.failures[path, default: 0] < numbers[1] else { return nil }
        state.failures[path, default: 0] += 1
        return numbers[0]
    }

    var url: String { "http://127.0.0.1:\(server.port)" }

    /// What was accepted so far, in order; only that for `path` when one is named.
    func calls(_ path: String? = nil) -> [Call] {
        box.state.withLock { state in state.calls.filter { path == nil || $0.path == path } }
    }

    /// From now on every call is answered like this; only 2xx count as accepted.
    func answer(_ status: Int, _ text: String = "") { box.state.withLock { $0.answer = (status, text) } }

    func stop() async { await server.stop() }
}
