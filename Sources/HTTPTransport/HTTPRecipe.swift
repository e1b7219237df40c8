import Base
internal import CCurl
internal import Glibc

/// What the requests of one batch have in common, made ready for libcurl once.
struct HTTPRecipe: Sendable {
    let request: HTTPRequest
    let signature: (service: AWSSignature, name: String, secret: Secret)?
    /// The address that libcurl is told.
    let address: String
    let headers: CurlLines
    /// Where to connect when that is not what the address says.
    let connectTo: CurlLines?
    let proxy: String
    let noProxy: String?
    let proxyHeaders: CurlLines?

    /// What `request` asks for at `url`; credentials only where they may go.
    init(_ request: HTTPRequest, _ url: HTTPURL, mayUseCredentials: Bool, userAgent: String) throws(HTTPError) {
        self.request = request
        var headers: [(name: String, value: String)] = request.headers.map { ($0.name, $0.value) }
        func has(_ name: String) -> Bool { headers.contains { $0.name.lowercased() == name } }
        var signature: (AWSSignature, String, Secret)?
        if mayUseCredentials {
            headers += request.secretHeaders.map { ($0.name, $0.value.reveal()) }
            if let service = request.signature {
                if case .basic(let name, let secret) = request.authentication { signature = (service, name, secret) }
            } else if let value = Self.authorization(request.authentication, url), !has("authorization") {
                headers.append(("Authorization", value))
            }
        } else {
            let credentials: Set = ["authorization", "cookie", "www-authenticate"]
            headers.removeAll { credentials.contains($0.name.lowercased()) }
        }
        self.signature = signature
        if !has("user-agent") { headers.append(("User-Agent", userAgent)) }
        var address = url
        if let serverName = request.tls.serverName, url.scheme == "https", !serverName.isEmpty {
            // The name asked for and checked is that of the address: put it there, and say where to connect.
            address.host = serverName
            connectTo = CurlLines(["\(serverName):\(url.port):\(url.host):\(url.port)"])
            if !has("host") { headers.append(("Host", url.authority)) }
        } else {
            connectTo = nil
        }
        self.address = address.text
        var lines: [String] = []
        for (name, value) in headers {
            guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }),
                !value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 })
            else {
                throw HTTPError(.invalidRequest, "header \(name) has characters that a header cannot have")
            }
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        lines.append("Expect:")
        self.headers = CurlLines(lines)
        let connectHeaders: [HTTPSecretHeader]
        switch request.proxy {
        case .none:
            proxy = ""
            noProxy = nil
            connectHeaders = []
        case .url(let address, let except, let headers):
            proxy = address.reveal()
            noProxy = except
            connectHeaders = headers
        case .environment(let headers):
            proxy = Self.environment(url.scheme == "https" ? "https_proxy" : "http_proxy") ?? ""
            noProxy = Self.environment("no_proxy") ?? ""
            connectHeaders = headers
        }
        proxyHeaders =
            connectHeaders.isEmpty ? nil : CurlLines(connectHeaders.map { "\($0.name): \($0.value.reveal())" })
    }

    private static func authorization(_ authentication: HTTPAuthentication, _ url: HTTPURL) -> String? {
        switch authentication {
        case .none:
            guard let user = url.user else { return nil }
            return "Basic " + Base64.encode("\(user):\(url.password ?? "")".utf8)
        case .basic(let username, let password):
            return "Basic " + Base64.encode("\(username):\(password.reveal())".utf8)
        case .authorization(let scheme, let credentials):
            return "\(scheme) \(credentials.reveal())"
        }
    }

    /// The variable in small letters or capitals, as Go looks for both.
    private static func environment(_ name: String) -> String? {
        for form in [name.uppercased(), name] {
            if let value = getenv(form) {
                let text = String(cString: value)
                if !text.isEmpty { return text }
            }
        }
        return nil
    }
}

/// Lines as libcurl takes them, kept as long as somebody uses them.
///
/// Guarded by: nothing changes them.
final class CurlLines: @unchecked Sendable {
    let list: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { list = curl_slist_append(list, line) ?? list }
        self.list = list
    }

    deinit { curl_slist_free_all(list) }
}
