import Base
internal import CCurl

extension CurlTransfer {
    /// Sets what `recipe` says.
    /// - Parameter body: nil for none, but where the method wants one.
    func setUp(_ recipe: HTTPRecipe, body: [UInt8]?) {
        let request = recipe.request
        handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        handle.set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, request.connectTimeout.milliseconds)))
        handle.set(
            CURLOPT_HTTP_VERSION,
            Int(request.allowsHTTP2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1))
        if request.acceptsGzip { handle.set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        setMethod(request.method, body)
        if request.method != "HEAD" {
            let limit = curl_off_t(max(0, request.responseLimit))
            _ = ruleval_curl_set_size(handle.raw, CURLOPT_MAXFILESIZE_LARGE, limit)
        }
        if let (service, name, secret) = recipe.signature {
            handle.set(CURLOPT_AWS_SIGV4, "aws:amz:\(service.region):\(service.service)")
            handle.set(CURLOPT_USERNAME, name)
            handle.set(CURLOPT_PASSWORD, secret.reveal())
        }
        if let connectTo = recipe.connectTo { setLines(CURLOPT_CONNECT_TO, connectTo) }
        handle.set(CURLOPT_URL, recipe.address)
        setLines(CURLOPT_HTTPHEADER, recipe.headers)
        handle.set(CURLOPT_PROXY, recipe.proxy)
        if let noProxy = recipe.noProxy { handle.set(CURLOPT_NOPROXY, noProxy) }
        if let proxyHeaders = recipe.proxyHeaders {
            handle.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
            setLines(CURLOPT_PROXYHEADER, proxyHeaders)
        }
    }

    private func setMethod(_ method: String, _ body: [UInt8]?) {
        if let body = body ?? (["POST", "PUT", "PATCH"].contains(method) ? [] : nil) {
            handle.set(CURLOPT_POST, 1)
            _ = ruleval_curl_set_size(handle.raw, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
            if body.isEmpty {
                handle.set(CURLOPT_COPYPOSTFIELDS, "")
            } else {
                // Copied, as many bytes as were said before.
                body.withUnsafeBytes {
                    handle.set(CURLOPT_COPYPOSTFIELDS, pointer: UnsafeMutableRawPointer(mutating: $0.baseAddress))
                }
            }
            if method != "POST" { handle.set(CURLOPT_CUSTOMREQUEST, method) }
        } else if method == "HEAD" {
            handle.set(CURLOPT_NOBODY, 1)
        } else if method != "GET" {
            handle.set(CURLOPT_CUSTOMREQUEST, method)
        }
    }
}
