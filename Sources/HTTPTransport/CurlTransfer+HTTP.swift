import Base
internal import CCurl
internal import Glibc

extension CurlTransfer {
    /// Sets what `request` asks for; credentials only where they may go.
    func setUp(_ request: HTTPRequest, _ url: HTTPURL, mayUseCredentials: Bool, userAgent: String)
        throws(HTTPError)
    {
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, request.connectTimeout.milliseconds)))
        handle.set(
            CURLOPT_HTTP_VERSION,
            Int(request.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        if request.acceptsGzip { handle.set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        setMethodAndBody(request)
        if request.method != "HEAD" {
            let limit = curl_off_t(max(0, request.responseLimit))
            _ = ruleval_curl_set_size(handle.raw, CURLOPT_MAXFILESIZE_LARGE, limit)
        }
        var headers: [(name: String, value: String)] = request.headers.map { ($0.name, $0.value) }
        if mayUseCredentials {
            headers += request.secretHeaders.map { ($0.name, $0.value.reveal()) }
            if let signature = request.signature {
                sign(signature, request.authentication)
            } else if let value = Self.authorization(request.authentication, url),
                !headers.contains(where: { $0.name.lowercased() == "authorization" })
            {
                headers.append(("Authorization", value))
            }
        } else {
            let credentials: Set = ["authorization", "cookie", "www-authenticate"]
            headers.removeAll { credentials.contains($0.name.lowercased()) }
        }
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            headers.append(("User-Agent", userAgent))
        }
        var address = url
        if let serverName = request.tls.serverName, url.scheme == "https", !serverName.isEmpty {
            // The name asked for and checked is that of the address: put it there, and say where to connect.
            address.host = serverName
            setLines(CURLOPT_CONNECT_TO, ["\(serverName):\(url.port):\(url.host):\(url.port)"])
            if !headers.contains(where: { $0.name.lowercased() == "host" }) {
                headers.append(("Host", url.authority))
            }
        }
        handle.set(CURLOPT_URL, address.text)
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
        setLines(CURLOPT_HTTPHEADER, lines)
        setProxy(request.proxy, for: url)
    }

    private func sign(_ signature: AWSSignature, _ keys: HTTPAuthentication) {
        guard case .basic(let name, let secret) = keys else { return }
        handle.set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):\(signature.service)")
        handle.set(CURLOPT_USERNAME, name)
        handle.set(CURLOPT_PASSWORD, secret.reveal())
    }

    private func setMethodAndBody(_ request: HTTPRequest) {
        let body = request.body ?? (["POST", "PUT", "PATCH"].contains(request.method) ? [] : nil)
        if let body {
            handle.set(CURLOPT_POST, 1)
            _ = ruleval_curl_set_size(handle.raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            var bytes = body
            bytes.append(0)
            bytes.withUnsafeMutableBytes { handle.set(CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
            if request.method != "POST" { handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
        } else if request.method == "HEAD" {
            handle.set(CURLOPT_NOBODY, 1)
        } else if request.method != "GET" {
            handle.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
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

    private func setProxy(_ proxy: HTTPProxy, for url: HTTPURL) {
        var connectHeaders: [HTTPSecretHeader] = []
        switch proxy {
        case .none:
            handle.set(CURLOPT_PROXY, "")
            return
        case .url(let address, let except, let headers):
            handle.set(CURLOPT_PROXY, address.reveal())
            handle.set(CURLOPT_NOPROXY, except)
            connectHeaders = headers
        case .environment(let headers):
            let name = url.scheme == "https" ? "https_proxy" : "http_proxy"
            handle.set(CURLOPT_PROXY, Self.environment(name) ?? "")
            handle.set(CURLOPT_NOPROXY, Self.environment("no_proxy") ?? "")
            connectHeaders = headers
        }
        guard !connectHeaders.isEmpty else { return }
        handle.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
        setLines(CURLOPT_PROXYHEADER, connectHeaders.map { "\($0.name): \($0.value.reveal())" })
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
