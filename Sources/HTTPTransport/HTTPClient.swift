import Base
internal import CCurl
internal import Synchronization

/// Sends requests over one libcurl loop on one thread; connections are kept and used again.
///
/// Thread-safe. The thread ends with the client.
public final class HTTPClient: Sendable {
    /// How a client behaves; sensible as it stands.
    public struct Configuration: Sendable {
        /// Connections open at once, beyond which requests wait.
        public var connections = 128
        /// Connections open at once to one host.
        public var connectionsPerHost = 32
        /// Connections kept for later requests.
        public var idleConnections = 64
        /// The `User-Agent` of requests that set none.
        public var userAgent = "ruleval"

        /// The defaults.
        public init() {}
    }

    /// How many redirects of one request are followed.
    public static let redirectLimit = 10

    private let loop: CurlLoop?
    private let userAgent: String
    private let latest = Mutex<HTTPRecipe?>(nil)
    private let standIn: (@Sendable (HTTPRequest) -> HTTPResponse)?

    /// Starts the client's thread.
    public init(_ configuration: Configuration = .init()) {
        loop = CurlLoop(
            name: "http-client", connections: configuration.connections, perHost: configuration.connectionsPerHost,
            idle: configuration.idleConnections)
        userAgent = configuration.userAgent
        standIn = nil
    }

    /// A client that sends nothing: whatever `answer` gives is the answer. For dry runs.
    public init(answering answer: @escaping @Sendable (HTTPRequest) -> HTTPResponse) {
        loop = nil
        userAgent = Configuration().userAgent
        standIn = answer
    }

    deinit { loop?.stop() }

    /// Ends all requests with `cancelled`; later ones end so at once.
    public func stop() { loop?.stop() }

    /// Sends `request` and waits for the whole answer; any status is an answer.
    /// - Throws: ``HTTPError``; `cancelled` when the task is cancelled.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        guard var url = HTTPURL(request.url), url.scheme.hasPrefix("http") else {
            throw HTTPError(.invalidRequest, "the address is no http or https URL with a host")
        }
        if let standIn { return standIn(request) }
        let origin = url
        let deadline = ContinuousClock.now + request.timeout
        var step = request
        var redirects = 0
        while true {
            step.timeout = deadline - .now
            guard step.timeout > .zero else { throw HTTPError(.timeout, "no answer from \(url.authority) in time") }
            let response = try await exchange(step, with: url, mayUseCredentials: url.isSameOrigin(as: origin))
            guard request.followRedirects, let target = Self.redirect(response) else { return response }
            redirects += 1
            guard redirects <= Self.redirectLimit else {
                throw HTTPError(.redirect, "stopped after \(Self.redirectLimit) redirects")
            }
            guard let next = url.resolving(target), next.scheme.hasPrefix("http") else {
                throw HTTPError(.redirect, "\(url.authority) redirects to something that is no http or https URL")
            }
            url = next
            if response.status == 303 || (response.status < 303 && step.method == "POST") {
                step.method = step.method == "HEAD" ? "HEAD" : "GET"
                step.body = nil
                step.headers.removeAll { $0.name.lowercased() == "content-type" }
            }
        }
    }

    private static func redirect(_ response: HTTPResponse) -> String? {
        [301, 302, 303, 307, 308].contains(response.status) ? response.header("Location") : nil
    }

    private func exchange(_ request: HTTPRequest, with url: HTTPURL, mayUseCredentials: Bool)
        async throws(HTTPError) -> HTTPResponse
    {
        let recipe = try HTTPRecipe(request, url, mayUseCredentials: mayUseCredentials, userAgent: userAgent)
        guard let loop else { throw HTTPError(.invalidRequest, "libcurl cannot be started") }
        let deadline = ContinuousClock.now + request.timeout
        let end = await loop.perform(by: deadline) { handle in
            Self.transfer(handle, recipe, by: deadline, body: request.body)
        }
        return try Self.response(end, from: url, url.text, limit: request.responseLimit)
    }

    /// Sends `request` once with each of `bodies`, all together, and waits for all answers, which come in their order. It
    /// costs less than as many requests.
    public func send(_ request: HTTPRequest, bodies: [[UInt8]]) async -> [Result<HTTPResponse, HTTPError>] {
        var answers: [Result<HTTPResponse, HTTPError>] = []
        guard standIn == nil, let loop, let url = HTTPURL(request.url), url.scheme.hasPrefix("http") else {
            for body in bodies {
                answers.append(await Self.result { () async throws(HTTPError) in try await send(request, body) })
            }
            return answers
        }
        let recipe: HTTPRecipe
        do throws(HTTPError) {
            recipe = try self.recipe(request, url)
        } catch {
            return bodies.map { _ in .failure(error) }
        }
        let address = url.text
        let deadline = ContinuousClock.now + request.timeout
        let ends = await loop.perform(bodies.count, by: deadline) { handle, place in
            Self.transfer(handle, recipe, by: deadline, body: bodies[place])
        }
        for (end, body) in zip(ends, bodies) {
            let answer = Self.result { () throws(HTTPError) in
                try Self.response(end, from: url, address, limit: request.responseLimit)
            }
            if request.followRedirects, case .success(let response) = answer, Self.redirect(response) != nil {
                answers.append(await Self.result { () async throws(HTTPError) in try await send(request, body) })
            } else {
                answers.append(answer)
            }
        }
        return answers
    }

    private func send(_ request: HTTPRequest, _ body: [UInt8]) async throws(HTTPError) -> HTTPResponse {
        var one = request
        one.body = body
        return try await send(one)
    }

    private static func result(_ body: () throws(HTTPError) -> HTTPResponse) -> Result<HTTPResponse, HTTPError> {
        do throws(HTTPError) { return .success(try body()) } catch { return .failure(error) }
    }

    private static func result(
        _ body: () async throws(HTTPError) -> HTTPResponse
    ) async -> Result<HTTPResponse, HTTPError> {
        do throws(HTTPError) { return .success(try await body()) } catch { return .failure(error) }
    }

    private static func transfer(
        _ handle: CurlHandle, _ recipe: HTTPRecipe, by deadline: ContinuousClock.Instant, body: [UInt8]?
    ) -> CurlTransfer {
        let request = recipe.request
        if !handle.isReady(for: recipe) {
            handle.reset()
            handle.setUp(request.tls)
            handle.setUp(recipe)
        }
        let transfer = CurlTransfer(
            handle, deadline: deadline, bodyLimit: request.responseLimit, budget: request.responseBudget)
        transfer.setMethod(request.method, body)
        return transfer
    }

    /// What the last batch was made by, where it asked in the same way: handles that are set up for it need no more.
    private func recipe(_ request: HTTPRequest, _ url: HTTPURL) throws(HTTPError) -> HTTPRecipe {
        if let last = latest.withLock({ $0 }), last.request.asksAs(request) { return last }
        let recipe = try HTTPRecipe(request, url, mayUseCredentials: true, userAgent: userAgent)
        latest.withLock { $0 = recipe }
        return recipe
    }

    /// - Parameter address: The text of `url`.
    private static func response(_ end: CurlEnd, from url: HTTPURL, _ address: String, limit: Int) throws(HTTPError)
        -> HTTPResponse
    {
        switch end {
        case .cancelled: throw HTTPError(.cancelled, "cancelled")
        case .stopped: throw HTTPError(.cancelled, "the client has been stopped")
        case .late: throw HTTPError(.timeout, "no answer from \(url.authority) in time")
        case .finished(let outcome): return try response(outcome, from: url, address, limit: limit)
        }
    }

    private static func response(
        _ outcome: CurlOutcome, from url: HTTPURL, _ address: String, limit: Int
    ) throws(HTTPError) -> HTTPResponse {
        if outcome.isTooLarge || outcome.code == CURLE_FILESIZE_EXCEEDED {
            throw HTTPError(.tooLarge, "the answer of \(url.authority) is larger than allowed (\(limit) bytes)")
        }
        guard outcome.code == CURLE_OK else {
            throw HTTPError(kind(of: outcome.code), "\(url.authority): \(outcome.detail)")
        }
        var response = HTTPResponse(
            status: outcome.status, lines: outcome.head, body: outcome.body, url: address)
        response.took = outcome.took
        return response
    }

    static func kind(of code: CURLcode) -> HTTPError.Kind {
        switch code {
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .resolve
        case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .connect
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
            CURLE_HTTP2_STREAM:
            .interrupted
        case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_UNSUPPORTED_PROTOCOL: .malformed
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_USE_SSL_FAILED, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_UNKNOWN_OPTION, CURLE_NOT_BUILT_IN:
            .invalidRequest
        default: .interrupted
        }
    }
}
