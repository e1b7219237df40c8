/// What a handler answers.
public struct HTTPServerResponse: Sendable {
    /// Where the body comes from.
    public enum Body: Sendable {
        /// All of it, sent with its length.
        case bytes([UInt8])
        /// Written piece by piece until the closure returns; when it throws the connection is cut, so that the client
        /// does not take half an answer for a whole one.
        case stream(@Sendable (HTTPBodyWriter) async throws -> Void)
        /// As `stream`, but kept open without limit of time: idle times are filled with comments and a stop of the
        /// server ends it at once.
        case events(@Sendable (HTTPBodyWriter) async throws -> Void)
    }

    /// 200, 404 …
    public var status: Int
    /// Names and values in the order to send; Content-Length and Date are added.
    public var headers: [(name: String, value: String)]
    /// Left out when the request was a HEAD.
    public var body: Body

    /// The length of the body in bytes; nil for a stream.
    public var size: Int? {
        if case .bytes(let bytes) = body { bytes.count } else { nil }
    }

    /// A whole answer.
    public init(status: Int = 200, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        headers = contentType.map { [("Content-Type", $0)] } ?? []
        self.body = .bytes(body)
    }

    /// A text answer.
    public init(status: Int = 200, contentType: String = "text/plain; charset=utf-8", text: String) {
        self.init(status: status, contentType: contentType, body: Array(text.utf8))
    }

    /// An answer whose length is not known when it begins.
    public static func stream(
        status: Int = 200, contentType: String, write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> HTTPServerResponse {
        var response = HTTPServerResponse(status: status, contentType: contentType)
        response.body = .stream(write)
        return response
    }

    /// A `text/event-stream`.
    public static func events(
        write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void
    ) -> HTTPServerResponse {
        var response = HTTPServerResponse(contentType: "text/event-stream")
        response.headers.append(("Cache-Control", "no-store"))
        response.body = .events(write)
        return response
    }

    /// The same with one more header.
    public func with(header name: String, _ value: String) -> HTTPServerResponse {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }
}
