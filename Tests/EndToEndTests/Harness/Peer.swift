import HTTPTransport
import JSON

/// A real program's HTTP side.
struct Peer: Sendable {
    let port: Int
    private let client = HTTPClient()

    init(port: Int) { self.port = port }

    /// The status of a POST of JSON; nil without an answer.
    func post(_ path: String, _ body: String) async -> Int? {
        var request = HTTPRequest("POST", "http://127.0.0.1:\(port)\(path)")
        request.body = Array(body.utf8)
        request.headers.append(HTTPHeader("Content-Type", "application/json"))
        return try? await client.send(request).status
    }

    /// The number of series that an instant query of a Prometheus-compatible server gives now; nil without an answer.
    func count(_ expression: String) async -> Int? {
        let query = PercentEncoding.form([("query", expression)])
        let request = HTTPRequest("GET", "http://127.0.0.1:\(port)/api/v1/query?\(query)")
        guard let answer = try? await client.send(request), let body = try? JSONValue(parsing: answer.body) else {
            return nil
        }
        return body["data"]?["result"]?.array?.count
    }
}

extension String {
    /// This text with every `part` replaced.
    func replacing(_ part: String, with other: String) -> String {
        var out = ""
        var rest = Substring(self)
        while !rest.isEmpty {
            if rest.hasPrefix(part) {
                out += other
                rest = rest.dropFirst(part.count)
            } else {
                out.append(rest.removeFirst())
            }
        }
        return out
    }
}
