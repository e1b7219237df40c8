/// A complete answer.
public struct HTTPResponse: Sendable {
    /// The status code.
    public var status: Int
    private let head: Head
    /// The body, decompressed.
    public var body: [UInt8]
    /// The address that answered, after redirects.
    public var url: String
    /// From when the request was handed over to the end of the answer, redirects not counted.
    public var took: Duration = .zero

    /// An answer.
    public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [], url: String = "") {
        self.status = status
        head = .headers(headers)
        self.body = body
        self.url = url
    }

    /// An answer whose header lines are read when somebody asks for them: seldom, where many questions are asked.
    init(status: Int, lines: CurlHead, body: [UInt8], url: String) {
        self.status = status
        head = .lines(lines)
        self.body = body
        self.url = url
    }

    /// Header lines as they came.
    public var headers: [HTTPHeader] {
        switch head {
        case .headers(let headers): headers
        case .lines(let lines): lines.headers
        }
    }

    /// The first header of this name, without regard to case.
    public func header(_ name: String) -> String? {
        let wanted = name.lowercased()
        return headers.first { $0.name.lowercased() == wanted }?.value
    }

    private enum Head: Sendable {
        case headers([HTTPHeader])
        case lines(CurlHead)
    }

    /// Whether the status is 2xx.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The body as text, invalid UTF-8 replaced, cut after `limit` bytes; for messages.
    public func text(limit: Int = 1024) -> String {
        let text = String(decoding: body.prefix(limit), as: UTF8.self)
        return body.count > limit ? text + "…" : text
    }
}
