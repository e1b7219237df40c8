internal import CCurl

/// One easy handle, touched by its loop's thread only.
final class CurlHandle {
    let raw: UnsafeMutableRawPointer
    private let poller: SocketPoller
    /// What it is set up for, and keeps alive.
    private var recipe: HTTPRecipe?

    init?(_ poller: SocketPoller) {
        guard CurlLoop.isInitialised, let raw = curl_easy_init() else { return nil }
        self.raw = raw
        self.poller = poller
    }

    /// Whether it has been set up so, and nothing has failed since.
    func isReady(for recipe: HTTPRecipe) -> Bool { self.recipe?.headers === recipe.headers }

    /// Makes it as new.
    func reset() {
        curl_easy_reset(raw)
        recipe = nil
    }

    /// The next transfer sets it up anew.
    func distrust() { recipe = nil }

    /// Gives it up; it must not be used any more.
    func close() { curl_easy_cleanup(raw) }

    func set(_ option: CURLoption, _ value: Int) { _ = ruleval_curl_set_long(raw, option, value) }
    func set(_ option: CURLoption, _ value: String?) { _ = ruleval_curl_set_string(raw, option, value) }
    func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
        _ = ruleval_curl_set_pointer(raw, option, pointer)
    }
    func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        _ = ruleval_curl_set_list(raw, option, list)
    }
    func set(_ option: CURLoption, callback: @escaping ruleval_curl_callback) {
        _ = ruleval_curl_set_callback(raw, option, callback)
    }
    func set(_ option: CURLoption, blob: String) {
        var blob = blob
        blob.withUTF8 { _ = ruleval_curl_set_blob(raw, option, $0.baseAddress, $0.count) }
    }

    func status() -> Int {
        var code = 0
        _ = ruleval_curl_get_long(raw, CURLINFO_RESPONSE_CODE, &code)
        return code
    }

    /// How long the transfer took.
    func took() -> Duration {
        var microseconds: curl_off_t = 0
        _ = ruleval_curl_get_size(raw, CURLINFO_TOTAL_TIME_T, &microseconds)
        return .microseconds(microseconds)
    }

    /// What every transfer needs, and TLS.
    func setUp(_ tls: TLSOptions) {
        set(CURLOPT_NOSIGNAL, 1)
        // Without it, giving up while a name is being resolved would hold the loop until the resolver returns.
        set(CURLOPT_QUICK_EXIT, 1)
        set(CURLOPT_TCP_KEEPALIVE, 1)
        _ = ruleval_curl_set_sockets(
            raw, SocketPoller.opensSocket, SocketPoller.closesSocket, Unmanaged.passUnretained(poller).toOpaque())
        let versions = [
            CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_3,
        ]
        let ceilings = [
            CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_2,
            CURL_SSLVERSION_MAX_TLSv1_3,
        ]
        var version = Int(versions[(tls.minimumVersion ?? .tls12).rawValue])
        if let maximum = tls.maximumVersion { version |= Int(ceilings[maximum.rawValue]) }
        set(CURLOPT_SSLVERSION, version)
        if tls.insecureSkipVerify {
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if let authorities = tls.authorities {
            set(CURLOPT_CAPATH, nil as String?)
            set(authorities, file: CURLOPT_CAINFO, blob: CURLOPT_CAINFO_BLOB)
        }
        if let certificate = tls.certificate {
            set(certificate, file: CURLOPT_SSLCERT, blob: CURLOPT_SSLCERT_BLOB)
        }
        if let key = tls.key { set(key, file: CURLOPT_SSLKEY, blob: CURLOPT_SSLKEY_BLOB) }
    }

    /// Sets what all requests of `recipe` have in common.
    func setUp(_ recipe: HTTPRecipe) {
        let request = recipe.request
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, request.connectTimeout.milliseconds)))
        set(
            CURLOPT_HTTP_VERSION,
            Int(request.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        if request.acceptsGzip { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        if request.method != "HEAD" {
            let limit = curl_off_t(max(0, request.responseLimit))
            _ = ruleval_curl_set_size(raw, CURLOPT_MAXFILESIZE_LARGE, limit)
        }
        if let (service, name, secret) = recipe.signature {
            set(CURLOPT_AWS_SIGV4, "aws:amz:\(service.region):\(service.service)")
            set(CURLOPT_USERNAME, name)
            set(CURLOPT_PASSWORD, secret.reveal())
        }
        if let connectTo = recipe.connectTo { set(CURLOPT_CONNECT_TO, list: connectTo.list) }
        set(CURLOPT_URL, recipe.address)
        set(CURLOPT_HTTPHEADER, list: recipe.headers.list)
        set(CURLOPT_PROXY, recipe.proxy)
        if let noProxy = recipe.noProxy { set(CURLOPT_NOPROXY, noProxy) }
        if let proxyHeaders = recipe.proxyHeaders {
            set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
            set(CURLOPT_PROXYHEADER, list: proxyHeaders.list)
        }
        self.recipe = recipe
    }

    private func set(_ pem: TLSOptions.PEM, file: CURLoption, blob: CURLoption) {
        switch pem {
        case .file(let path): set(file, path)
        case .inline(let text): set(blob, blob: text.reveal())
        }
    }
}
