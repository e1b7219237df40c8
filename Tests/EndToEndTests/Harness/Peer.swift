import HTTPTransport

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
