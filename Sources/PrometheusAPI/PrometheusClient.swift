import Base
import HTTPTransport
import JSON
import Settings
internal import Synchronization
import TimeSeries

/// Asks one Prometheus-compatible server.
///
/// An answer is complete or an error; an empty answer is an answer. Thread-safe.
public final class PrometheusClient: Sendable {
    /// The server and how it is asked.
    public let settings: PrometheusServerSettings
    let http: ConfiguredHTTPClient
    let refusesPost = Mutex(false)
    /// Its addresses and how they fare.
    public let pool: ServerPool

    /// Asks through `http`, which others may use as well.
    /// - Parameter pool: Shared by clients that ask the same addresses in different ways; nil for one of its own.
    public init(_ settings: PrometheusServerSettings, http: HTTPClient, pool: ServerPool? = nil) {
        self.settings = settings
        self.http = ConfiguredHTTPClient(settings.http, client: http)
        self.pool = pool ?? ServerPool([settings.url] + settings.alternatives, concurrency: settings.concurrency)
    }

    /// The server's host, and port where it is not the scheme's own, for messages.
    public var host: String { settings.url.authority }

    /// Asks addresses that are down, and those that nobody asked for `pause`, whether they are there.
    public func check(after pause: Duration) async {
        for place in pool.unsure(after: pause) {
            let url = pool.urls[place]
            let started = ContinuousClock.now
            var failure: PrometheusError?
            do throws(PrometheusError) {
                let fields = [("query", "1")]
                let response = try await ask(url, "/api/v1/query", fields, .seconds(5), isLarge: false)
                _ = try decode(response, from: url)
            } catch {
                failure = error
            }
            pool.note(
                place, failure: failure.flatMap { $0.isOfServer ? $0.message : nil },
                took: ContinuousClock.now - started)
        }
    }

    /// Has `work` ask the address that is up and preferred, and the next one where it fails to answer.
    ///
    /// Where there is another one left, an address gets half of the time that is left.
    private func onServer<Value: Sendable>(
        _ timeout: Duration, _ work: (HTTPURL, Duration) async throws(PrometheusError) -> Value
    ) async throws(PrometheusError) -> Value {
        let end = ContinuousClock.now + timeout
        let order = pool.order()
        var failure = PrometheusError(.transport(.timeout), "no answer from \(host) in time")
        for (number, place) in order.enumerated() {
            let started = ContinuousClock.now
            let left = number == 0 ? timeout : end - started
            if left <= .zero { break }
            do throws(PrometheusError) {
                let value = try await work(pool.urls[place], number + 1 == order.count ? left : left / 2)
                pool.note(place, failure: nil, took: ContinuousClock.now - started)
                return value
            } catch {
                if error.kind == .transport(.cancelled) { throw error }
                pool.note(place, failure: error.isOfServer ? error.message : nil, took: ContinuousClock.now - started)
                guard error.isOfServer else { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// `path` at `base`, with the parameters of every question and `fields`.
    func address(_ base: HTTPURL, _ path: String, _ fields: [(name: String, value: String)]) -> HTTPURL {
        var url = base.appending(path: path)
        var all: [(name: String, value: String)] = settings.parameters.map { (name: $0.name, value: $0.value) }
        all += fields
        if !all.isEmpty { url.query = PercentEncoding.form(all) }
        return url
    }

    /// Evaluates `expression` at `time`.
    /// - Parameter timeout: nil for the configured one.
    public func query(_ expression: String, at time: Timestamp, timeout: Duration? = nil)
        async throws(PrometheusError) -> QueryAnswer
    {
        try await query(expression, at: time, timeout: timeout, isLarge: false)
    }

    /// - Parameter isLarge: Whether much is expected, which then may come compressed.
    func query(_ expression: String, at time: Timestamp, timeout: Duration? = nil, isLarge: Bool)
        async throws(PrometheusError) -> QueryAnswer
    {
        let fields = [("query", expression), ("time", Self.seconds(time))]
        return try await evaluate("/api/v1/query", fields, timeout, isLarge: isLarge)
    }

    /// Evaluates `expression` from `start` to `end`, both included, every `step`.
    /// - Parameter timeout: nil for the configured one.
    public func queryRange(
        _ expression: String, start: Timestamp, end: Timestamp, step: Duration, timeout: Duration? = nil
    ) async throws(PrometheusError) -> QueryAnswer {
        let fields = [
            ("query", expression), ("start", Self.seconds(start)), ("end", Self.seconds(end)),
            ("step", Self.seconds(Timestamp(milliseconds: step.milliseconds))),
        ]
        return try await evaluate("/api/v1/query_range", fields, timeout, isLarge: true)
    }

    /// The `data` of any other endpoint of the API, asked with GET: `/api/v1/labels`, `/api/v1/status/buildinfo` …
    public func data(_ path: String, _ fields: [(name: String, value: String)] = [])
        async throws(PrometheusError) -> JSONValue
    {
        try await onServer(settings.timeout) { url, timeout async throws(PrometheusError) in
            try await data(url, path, fields, timeout)
        }
    }

    private func data(
        _ base: HTTPURL, _ path: String, _ fields: [(name: String, value: String)], _ timeout: Duration
    ) async throws(PrometheusError) -> JSONValue {
        let host = base.authority
        let response = try await send(HTTPRequest("GET", address(base, path, fields).text), timeout)
        let body: JSONValue
        do throws(JSONError) {
            body = try JSONValue(parsing: response.body)
        } catch {
            if !response.isSuccess { throw .status(response, from: host) }
            throw .malformed(response, from: host, error.description)
        }
        if body["status"]?.string == "success", response.isSuccess { return body["data"] ?? .null }
        guard let message = body["error"]?.string else { throw .status(response, from: host) }
        throw refusal(type: body["errorType"]?.string ?? "", message, response)
    }

    /// A server's own answer to a call of the API, whatever its status; `fields` go as a form.
    /// - Parameter takesPost: Whether the endpoint is asked with POST where the server takes it.
    public func forward(
        _ path: String, _ fields: [(name: String, value: String)], takesPost: Bool = true, timeout: Duration? = nil
    ) async throws(PrometheusError) -> HTTPResponse {
        try await onServer(timeout ?? settings.timeout) { url, timeout async throws(PrometheusError) in
            let response: HTTPResponse
            if takesPost {
                response = try await ask(url, path, fields, timeout, isLarge: false)
            } else {
                response = try await send(HTTPRequest("GET", address(url, path, fields).text), timeout)
            }
            guard response.body.first == UInt8(ascii: "{") else {
                throw response.isSuccess
                    ? .malformed(response, from: url.authority, "no object of JSON")
                    : .status(response, from: url.authority)
            }
            return response
        }
    }

    private func evaluate(
        _ path: String, _ fields: [(name: String, value: String)], _ timeout: Duration?, isLarge: Bool
    ) async throws(PrometheusError) -> QueryAnswer {
        try await onServer(timeout ?? settings.timeout) { url, timeout async throws(PrometheusError) in
            let all = fields + limits(timeout)
            return try decode(try await ask(url, path, all, timeout, isLarge: isLarge), from: url)
        }
    }

    /// What every question about samples says beside what it asks.
    func limits(_ timeout: Duration) -> [(name: String, value: String)] {
        var fields = [(name: "timeout", value: Self.seconds(Timestamp(milliseconds: max(1, timeout.milliseconds))))]
        if let lookback = settings.lookback {
            fields.append(("lookback_delta", Self.seconds(Timestamp(milliseconds: lookback.milliseconds))))
        }
        return fields
    }

    func decode(_ response: HTTPResponse, from url: HTTPURL) throws(PrometheusError) -> QueryAnswer {
        let failure: PrometheusError
        do throws(JSONError) {
            let answer = try PrometheusAnswer(response.body)
            if answer.isSuccess, response.isSuccess { return try QueryAnswer(answer) }
            let message = answer.error
            failure =
                message.isEmpty
                ? .status(response, from: url.authority) : refusal(type: answer.errorType, message, response)
        } catch {
            failure =
                response.isSuccess
                ? .malformed(response, from: url.authority, error.description)
                : .status(response, from: url.authority)
        }
        throw failure
    }

    private func refusal(type: String, _ message: String, _ response: HTTPResponse) -> PrometheusError {
        let line = PrometheusError.line(String(message.prefix(2000)))
        // What evaluating found wrong speaks for itself, and reads as where it is evaluated here.
        let isPlain = type.isEmpty || type == "execution"
        return PrometheusError(.refused(type: type, status: response.status), isPlain ? line : "\(type): \(line)")
    }

    /// POST with a form, as Grafana does: GET only where the server does not take POST.
    private func ask(
        _ base: HTTPURL, _ path: String, _ fields: [(name: String, value: String)], _ timeout: Duration, isLarge: Bool
    ) async throws(PrometheusError) -> HTTPResponse {
        // Compressing costs the server several times what a small answer costs; over loopback it gains nothing.
        let acceptsGzip = isLarge && !base.isLoopback
        if !refusesPost.withLock({ $0 }) {
            var request = form(base, path)
            request.body = Array(PercentEncoding.form(fields).utf8)
            request.acceptsGzip = acceptsGzip
            let response = try await send(request, timeout)
            guard response.status == 405 || response.status == 501 else { return response }
            refusesPost.withLock { $0 = true }
        }
        var request = HTTPRequest("GET", address(base, path, fields).text)
        request.acceptsGzip = acceptsGzip
        return try await send(request, timeout)
    }

    /// A question whose body is a form that is yet to be filled in.
    func form(_ base: HTTPURL, _ path: String) -> HTTPRequest {
        let header = HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
        return HTTPRequest("POST", address(base, path, []).text, headers: [header])
    }

    /// Sends a request to the server with everything that is configured for it.
    func send(_ request: HTTPRequest, _ timeout: Duration) async throws(PrometheusError) -> HTTPResponse {
        var complete = request
        complete.timeout = timeout
        complete.responseLimit = settings.maximumResponseBytes
        let asked = complete
        do throws(HTTPError) {
            return try await pool.gate.pass { () async throws(HTTPError) in try await http.send(asked) }
        } catch {
            throw PrometheusError(error)
        }
    }

    /// Posts `body` to `path` of the address that is up, and of the next one where it fails to answer.
    func post(
        _ path: String, headers: [HTTPHeader], body: [UInt8], budget: ByteBudget?
    ) async throws(PrometheusError) -> HTTPResponse {
        try await onServer(settings.timeout) { url, timeout async throws(PrometheusError) in
            var request = HTTPRequest("POST", address(url, path, []).text, headers: headers, body: body)
            request.responseBudget = budget
            let response = try await send(request, timeout)
            // What the server does not offer is its answer; what is broken on its side is not.
            if response.status >= 500, response.status != 501 { throw .status(response, from: url.authority) }
            return response
        }
    }

    static func seconds(_ time: Timestamp) -> String {
        var writer = JSONWriter(reserving: 24)
        writer.timestamp(time)
        return writer.text
    }
}
