import Base
import HTTPTransport

/// Why a server gave no usable answer.
public struct PrometheusError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: Hashable, Sendable {
        /// Nothing came back.
        case transport(HTTPError.Kind)
        /// A status other than 2xx, without an explanation that the API knows.
        case status(Int)
        /// The server understood and refused: `errorType`, for example `bad_data`, `execution`, `timeout`.
        case refused(type: String, status: Int)
        /// What came back is not what the API says: HTML, half a body, another shape.
        case malformed
        /// The answer lacks something that evaluation here needs; the server itself can still answer the expression.
        ///
        /// Prometheus before 3.9 leaves out the bounds of custom buckets in remote read.
        case incomplete
    }

    /// What went wrong.
    public var kind: Kind
    /// One sentence; names the server by host only.
    public var message: String
    /// How long the server asked to wait before the question comes again; nil when it did not.
    public var retryAfter: Duration?

    /// An error.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ error: HTTPError) { self.init(.transport(error.kind), error.message) }

    /// Whether the same question may be answered later without anybody changing anything.
    public var isTemporary: Bool {
        switch kind {
        case .transport(let kind): HTTPError(kind, "").isTemporary
        case .status(let status): status >= 500 || status == 429 || status == 408
        case .refused(let type, let status):
            ["timeout", "canceled", "internal", "unavailable", "too_many_requests"].contains(type) || status >= 500
        case .malformed: true
        case .incomplete: false
        }
    }

    /// Whether it is the server that failed, so that another one with the same data may answer.
    public var isOfServer: Bool {
        switch kind {
        case .transport(let kind):
            switch kind {
            case .cancelled, .tooLarge, .redirect, .invalidRequest, .credentials: false
            default: true
            }
        case .status(let status): status >= 500 || status == 429 || status == 404
        case .refused(let type, let status): status >= 500 && type != "timeout" && type != "canceled"
        case .malformed: true
        case .incomplete: false
        }
    }

    /// The `errorType` that the API uses for this.
    public var apiErrorType: String {
        switch kind {
        case .transport(.timeout): "timeout"
        case .transport(.cancelled): "canceled"
        case .refused(let type, _): type
        case .transport, .status, .malformed, .incomplete: "execution"
        }
    }

    /// The message.
    public var description: String { message }
}

extension PrometheusError {
    /// What an answer with another status than 2xx says, in one line.
    static func status(_ response: HTTPResponse, from host: String) -> PrometheusError {
        let explanation = Self.line(response.text(limit: 300))
        let said = explanation.isEmpty ? "" : ": \(explanation)"
        var error = PrometheusError(
            .status(response.status), "\(host) answered with status \(response.status)\(said)")
        error.retryAfter = response.retryAfter
        return error
    }

    /// What is wrong with a 2xx answer that the API does not know.
    static func malformed(_ response: HTTPResponse, from host: String, _ why: String) -> PrometheusError {
        if response.body.isEmpty {
            return PrometheusError(.malformed, "\(host) answered with status \(response.status) and nothing else")
        }
        let first = response.body.first { $0 > 0x20 }
        if first == UInt8(ascii: "<") {
            return PrometheusError(
                .malformed, "\(host) answered with a page of HTML: is the URL that of a Prometheus-compatible API?")
        }
        return PrometheusError(.malformed, "\(host) answered with something that is no answer of the API: \(why)")
    }

    /// `text` on one line, nothing in it that a terminal would obey.
    static func line(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        var pendingSpace = false
        for scalar in text.unicodeScalars {
            if scalar.value <= 0x20 || (0x7F...0x9F).contains(scalar.value) {
                pendingSpace = !out.isEmpty
                continue
            }
            if pendingSpace { out.append(" ") }
            pendingSpace = false
            out.append(scalar)
        }
        return String(out)
    }
}
