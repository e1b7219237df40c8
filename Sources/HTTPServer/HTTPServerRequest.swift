/// A request that has arrived whole.
public struct HTTPServerRequest: Sendable {
    /// One line of the header.
    public struct Header: Hashable, Sendable {
        /// As it was sent.
        public var name: String
        /// Without the blanks around it.
        public var value: String

        /// A line.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// In capitals as sent: `GET`, `POST` …
    public var method: String
    /// The target as sent: path, `?` and query.
    public var target: String
    /// The path, decoded segment by segment: `/a%2Fb/c` is `["a/b", "c"]`; a final slash gives a final empty one.
    public var pathSegments: [String]
    /// The decoded path; use ``pathSegments`` where a segment may contain a slash.
    public var path: String
    /// The query's parameters.
    public var query: HTTPParameters
    /// In the order sent.
    public var headers: [Header]
    /// At most the configured number of bytes.
    public var body: [UInt8]
    /// The client's numeric address, without port.
    public var remoteAddress: String

    /// A request as a test writes it; `target` is taken apart.
    /// - Returns: nil when the path of `target` has a broken escape or does not begin with a slash.
    public init?(
        method: String, target: String, headers: [Header] = [], body: [UInt8] = [], remoteAddress: String = "127.0.0.1"
    ) {
        let bytes = target.utf8
        let end = bytes.firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
        var path = bytes[..<end]
        if path.first != UInt8(ascii: "/") {
            guard let rest = Self.absoluteFormPath(path) else { return nil }
            path = rest
        }
        var segments: [String] = []
        for raw in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(raw, plusIsSpace: false) else { return nil }
            segments.append(segment)
        }
        self.method = method
        self.target = target
        pathSegments = segments
        self.path = "/" + segments.joined(separator: "/")
        query = end == bytes.endIndex ? HTTPParameters() : HTTPParameters(decoding: target[end...].dropFirst())
        self.headers = headers
        self.body = body
        self.remoteAddress = remoteAddress
    }

    /// The path of `http://host/path`, the form that proxies use.
    private static func absoluteFormPath(_ target: Substring.UTF8View) -> Substring.UTF8View? {
        let text = Substring(target)
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return nil }
        let authority = text.utf8.dropFirst(text.hasPrefix("https://") ? 8 : 7)
        guard let slash = authority.firstIndex(of: UInt8(ascii: "/")) else { return "/"[...].utf8 }
        return authority[slash...]
    }

    /// The first value of `name`, found without regard to case.
    public func header(_ name: String) -> String? { headers.first { Self.sameName($0.name, name) }?.value }

    /// All values of `name` in order.
    public func headerValues(_ name: String) -> [String] {
        headers.filter { Self.sameName($0.name, name) }.map(\.value)
    }

    /// The media type in lower case, without parameters; nil without the header.
    public var contentType: String? {
        header("Content-Type").map { value in
            let type = value.prefix { $0 != ";" }
            return String(type.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
                .lowercased()
        }
    }

    /// The parameters of a form body (`application/x-www-form-urlencoded`), else none.
    public var form: HTTPParameters {
        guard contentType == "application/x-www-form-urlencoded" else { return HTTPParameters() }
        return HTTPParameters(decoding: String(decoding: body, as: UTF8.self))
    }

    /// Form and query together; the form's values come first, as in Go's Request.Form.
    public var parameters: HTTPParameters { form.followed(by: query) }

    private static func sameName(_ left: String, _ right: String) -> Bool {
        let left = left.utf8
        let right = right.utf8
        return left.count == right.count && zip(left, right).allSatisfy { lower($0) == lower($1) }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}
