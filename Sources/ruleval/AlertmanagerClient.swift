import HTTPTransport
import JSON

extension DaemonClient {
    /// The JSON of an answer of Alertmanager's API.
    /// - Throws: ``APIRefusal`` when the daemon refuses, ``DaemonUnreachable`` when there is none.
    func json(_ method: String = "GET", _ path: String, body: [UInt8]? = nil) async throws -> JSONValue {
        let answer = try await ask(path, post: body, method: method)
        guard answer.isSuccess else { throw APIRefusal(answer) }
        return answer.body.isEmpty ? .null : try JSONValue(parsing: answer.body)
    }
}

/// The daemon understood and refused.
struct APIRefusal: Error, CustomStringConvertible {
    let status: Int
    let description: String

    init(_ answer: HTTPResponse) {
        status = answer.status
        let body = try? JSONValue(parsing: answer.body)
        description =
            body?.string ?? body?["message"]?.string ?? body?["error"]?.string
            ?? (answer.body.isEmpty ? "HTTP status \(answer.status)" : answer.text(limit: 200))
    }
}
