import Base
internal import CCurl

extension CurlTransfer {
    /// Sets how and what is sent.
    /// - Parameter body: nil for none, but where the method wants one.
    func setMethod(_ method: String, _ body: [UInt8]?) {
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
