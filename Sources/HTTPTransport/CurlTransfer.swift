import Base
internal import CCurl
internal import Glibc

/// One transfer in a ``CurlLoop``: what it sends, what it has received, and who waits for it.
///
/// Guarded by: made and touched by the loop's thread only.
final class CurlTransfer: @unchecked Sendable {
    let handle: CurlHandle
    /// Its place in its batch.
    var place = 0

    private let bodyLimit: Int
    private let budget: ByteBudget?
    private var lists: [CurlLines] = []
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var head = CurlHead()
    private var body: [UInt8] = []
    private var isTooLarge = false
    private var upload: [UInt8] = []
    private var uploaded = 0
    private var hasSentUpload = false

    private static let lineLimit = 256 << 10

    /// - Parameter handle: Set up; used by this transfer until it has ended.
    init(_ handle: CurlHandle, deadline: ContinuousClock.Instant, bodyLimit: Int, budget: ByteBudget? = nil) {
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.handle = handle
        self.bodyLimit = bodyLimit
        self.budget = budget
        let timeout = deadline - .now
        handle.set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText))
        handle.set(CURLOPT_TIMEOUT_MS, Int(clamping: max(1, timeout.milliseconds)))
        let me = Unmanaged.passUnretained(self).toOpaque()
        handle.set(CURLOPT_HEADERFUNCTION, callback: Self.receivedLine)
        handle.set(CURLOPT_HEADERDATA, pointer: me)
        handle.set(CURLOPT_WRITEFUNCTION, callback: Self.receivedBody)
        handle.set(CURLOPT_WRITEDATA, pointer: me)
    }

    deinit {
        errorText.deallocate()
    }

    /// What was lent to the handle is taken back; after its end.
    func leaveHandle() {
        handle.set(CURLOPT_ERRORBUFFER, pointer: nil)
        handle.set(CURLOPT_HEADERDATA, pointer: nil)
        handle.set(CURLOPT_WRITEDATA, pointer: nil)
    }

    /// Sets an option that takes a list of lines, kept as long as the transfer.
    func setLines(_ option: CURLoption, _ lines: CurlLines) {
        lists.append(lines)
        handle.set(option, list: lines.list)
    }

    /// What is sent as a mail's text.
    func setUpload(_ bytes: [UInt8]) {
        upload = bytes
        handle.set(CURLOPT_UPLOAD, 1)
        handle.set(CURLOPT_READFUNCTION, callback: Self.wantsUpload)
        handle.set(CURLOPT_READDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
    }

    /// What has come in until libcurl ended with `code`; on the loop's thread.
    func outcome(_ code: CURLcode) -> CurlOutcome {
        let detail =
            code == CURLE_OK
            ? "" : errorText[0] == 0 ? String(cString: curl_easy_strerror(code)) : String(cString: errorText)
        var received: [UInt8] = []
        swap(&received, &body)
        return CurlOutcome(
            code: code, status: handle.status(), detail: detail, head: head, body: received, isTooLarge: isTooLarge,
            took: handle.took())
    }

    private static let receivedLine: ruleval_curl_callback = { bytes, size, count, user in
        guard let user, let bytes else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue()
        transfer.head.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
        if transfer.head.taken > lineLimit {
            transfer.isTooLarge = true
            return 0
        }
        if transfer.hasSentUpload {
            // The mail has been answered; what is left is the farewell, for which nobody should have to wait.
            transfer.handle.set(CURLOPT_SERVER_RESPONSE_TIMEOUT, 1)
        }
        return size * count
    }

    private static let receivedBody: ruleval_curl_callback = { bytes, size, count, user in
        guard let user, let bytes else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue()
        let length = size * count
        if transfer.body.count + length > transfer.bodyLimit || transfer.budget?.take(length) == false {
            transfer.isTooLarge = true
            return 0
        }
        if transfer.body.isEmpty { transfer.reserveBody(length) }
        transfer.body.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: length))
        return length
    }

    /// Room for what the server announced (a bounded part of it at once), and for what a JSON reader needs behind it.
    private func reserveBody(_ length: Int) {
        var announced: curl_off_t = -1
        _ = ruleval_curl_get_size(handle.raw, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced)
        body.reserveCapacity(min(max(length, Int(announced)), bodyLimit, 16 << 20) + 64)
    }

    private static let wantsUpload: ruleval_curl_callback = { bytes, size, count, user in
        guard let user, let bytes else { return 0 }
        let transfer = Unmanaged<CurlTransfer>.fromOpaque(user).takeUnretainedValue()
        let part = transfer.upload[transfer.uploaded...].prefix(size * count)
        part.withUnsafeBytes { source in
            if let base = source.baseAddress {
                UnsafeMutableRawPointer(bytes).copyMemory(from: base, byteCount: source.count)
            }
        }
        transfer.uploaded += part.count
        if part.isEmpty { transfer.hasSentUpload = true }
        return part.count
    }
}

/// What a finished transfer leaves behind.
struct CurlOutcome: Sendable {
    let code: CURLcode
    /// The HTTP status or the last SMTP reply code; 0 when there was none.
    let status: Int
    /// libcurl's own words on what went wrong.
    let detail: String
    /// Header or reply lines.
    let head: CurlHead
    let body: [UInt8]
    let isTooLarge: Bool
    /// From when it was handed over to its end.
    let took: Duration
}

/// How a transfer ended.
enum CurlEnd: Sendable {
    /// libcurl's own end, `CURLE_OK` included.
    case finished(CurlOutcome)
    case cancelled
    case stopped
    /// The deadline passed while libcurl let it wait for a connection.
    case late
}
