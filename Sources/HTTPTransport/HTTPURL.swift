internal import CCurl

/// An absolute http, https, smtp or smtps address, taken apart.
public struct HTTPURL: Hashable, Sendable {
    /// In lower case.
    public var scheme: String
    /// What stands before `@`, decoded; nil without.
    public var user: String?
    /// What stands between `:` and `@`, decoded; nil without.
    public var password: String?
    /// A name or address; IPv6 in brackets.
    public var host: String
    /// The port, the scheme's own when none is written.
    public var port: Int
    /// Begins with `/`.
    public var path: String
    /// What follows `?`, encoded; nil without.
    public var query: String?

    /// Takes `text` apart; nil when it is no absolute address with a host, or has another scheme.
    public init?(_ text: String) {
        self.init(text, relativeTo: nil)
    }

    /// Resolves `text`, which may be relative, against this address.
    public func resolving(_ text: String) -> HTTPURL? { HTTPURL(text, relativeTo: self.text) }

    private init?(_ text: String, relativeTo base: String?) {
        guard let handle = curl_url() else { return nil }
        defer { curl_url_cleanup(handle) }
        guard !text.isEmpty || base != nil, text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        if let base, curl_url_set(handle, CURLUPART_URL, base, 0) != CURLUE_OK { return nil }
        guard base != nil || text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        guard curl_url_set(handle, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK else {
            return nil
        }
        func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
            var raw: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &raw, UInt32(flags)) == CURLUE_OK, let raw else { return nil }
            defer { curl_free(raw) }
            return String(cString: raw)
        }
        guard let scheme = part(CURLUPART_SCHEME)?.lowercased(), let host = part(CURLUPART_HOST), !host.isEmpty,
            ["http", "https", "smtp", "smtps"].contains(scheme),
            let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) })
        else { return nil }
        self.scheme = scheme
        self.host = host
        self.port = port
        user = part(CURLUPART_USER, CURLU_URLDECODE)
        password = part(CURLUPART_PASSWORD, CURLU_URLDECODE)
        path = part(CURLUPART_PATH) ?? "/"
        query = part(CURLUPART_QUERY)
    }

    /// Whether credentials meant for this address may go to `other`: scheme, host and port agree.
    public func isSameOrigin(as other: HTTPURL) -> Bool {
        scheme == other.scheme && host.lowercased() == other.host.lowercased() && port == other.port
    }

    /// Whether the host is this machine by name or address.
    public var isLoopback: Bool {
        let name = host.lowercased()
        let isNumeric = name.utf8.allSatisfy { $0 == 0x2E || ($0 >= 0x30 && $0 <= 0x39) }
        return name == "localhost" || name.hasSuffix(".localhost") || name == "[::1]"
            || (isNumeric && name.hasPrefix("127."))
    }

    /// `host`, or `host:port` where the port is not the scheme's own.
    public var authority: String {
        let standard =
            switch scheme {
            case "http": 80
            case "https": 443
            case "smtp": 25
            default: 465
            }
        return standard == port ? host : "\(host):\(port)"
    }

    /// The address without credentials and fragment.
    public var text: String { "\(scheme)://\(authority)\(path)" + (query.map { "?\($0)" } ?? "") }

    /// This address with `suffix` joined to its path by exactly one slash, as the base of an API.
    public func appending(path suffix: String) -> HTTPURL {
        var joined = self
        while joined.path.hasSuffix("/") { joined.path.removeLast() }
        joined.path += suffix.hasPrefix("/") ? suffix : "/" + suffix
        return joined
    }
}
