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
    private let http: ConfiguredHTTPClient
    private let refusesPost = Mutex(false)

    /// Asks through `http`, which others may use as well.
    public init(_ settings: PrometheusServerSettings, http: HTTPClient) {
        self.settings = settings
        self.http = ConfiguredHTTPClient(settings.http, client: http)
    }

    /// The server's host, and port where it is not the scheme's own, for messages.
    public var host: String { settings.url.authority }

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
        var url = settings.url.appending(path: path)
        if !fields.isEmpty { url.query = PercentEncoding.form(fields) }
        let response = try await send(HTTPRequest("GET", url.text), settings.timeout)
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
        let timeout = timeout ?? settings.timeout
        let response: HTTPResponse
        if takesPost {
            response = try await ask(path, fields, timeout, isLarge: false)
        } else {
            var url = settings.url.appending(path: path)
            if !fields.isEmpty { url.query = PercentEncoding.form(fields) }
            response = try await send(HTTPRequest("GET", url.text), timeout)
        }
        guard response.body.first == UInt8(ascii: "{") else {
            throw response.isSuccess
                ? .malformed(response, from: host, "no object of JSON") : .status(response, from: host)
        }
        return response
    }

    private func evaluate(
        _ path: String, _ fields: [(name: String, value: String)], _ timeout: Duration?, isLarge: Bool
    ) async throws(PrometheusError) -> QueryAnswer {
        let timeout = timeout ?? settings.timeout
        var all = fields
        all.append(("timeout", Self.seconds(Timestamp(milliseconds: max(1, timeout.milliseconds)))))
        if let lookback = settings.lookback {
            all.append(("lookback_delta", Self.seconds(Timestamp(milliseconds: lookback.milliseconds))))
        }
        let response = try await ask(path, all, timeout, isLarge: isLarge)
        return try decode(response)
    }

    private func decode(_ response: HTTPResponse) throws(PrometheusError) -> QueryAnswer {
        let failure: PrometheusError
        do throws(JSONError) {
            let answer = try PrometheusAnswer(response.body)
            if answer.isSuccess, response.isSuccess { return try QueryAnswer(answer) }
            let message = answer.error
            failure =
                message.isEmpty
                ? .status(response, from: host) : refusal(type: answer.errorType, message, response)
        } catch {
            failure =
                response.isSuccess
                ? .malformed(response, from: host, error.description) : .status(response, from: host)
        }
        throw failure
    }

    private func refusal(type: String, _ message: String, _ response: HTTPResponse) -> PrometheusError {
        let line = PrometheusError.line(String(message.prefix(2000)))
        return PrometheusError(
            .refused(type: type, status: response.status), type.isEmpty ? line : "\(type): \(line)")
    }

    /// POST with a form, as Grafana does: GET only where the server does not take POST.
    private func ask(
        _ path: String, _ fields: [(name: String, value: String)], _ timeout: Duration, isLarge: Bool
    ) async throws(PrometheusError) -> HTTPResponse {
        // Compressing costs the server several times what a small answer costs; over loopback it gains nothing.
        let acceptsGzip = isLarge && !settings.url.isLoopback
        let url = settings.url.appending(path: path)
        let form = PercentEncoding.form(fields)
        if !refusesPost.withLock({ $0 }) {
            let header = HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
            var request = HTTPRequest("POST", url.text, headers: [header], body: Array(form.utf8))
            request.acceptsGzip = acceptsGzip
            let response = try await send(request, timeout)
            guard response.status == 405 || response.status == 501 else { return response }
            refusesPost.withLock { $0 = true }
        }
        var asked = url
        asked.query = form
        var request = HTTPRequest("GET", asked.text)
        request.acceptsGzip = acceptsGzip
        return try await send(request, timeout)
    }

    /// Sends a request to the server with everything that is configured for it.
    func send(_ request: HTTPRequest, _ timeout: Duration) async throws(PrometheusError) -> HTTPResponse {
        var complete = request
        complete.timeout = timeout
        complete.responseLimit = settings.maximumResponseBytes
        do throws(HTTPError) {
            return try await http.send(complete)
        } catch {
            throw PrometheusError(error)
        }
    }

    static func seconds(_ time: Timestamp) -> String {
        var writer = JSONWriter(reserving: 24)
        writer.timestamp(time)
        return writer.text
    }
}
