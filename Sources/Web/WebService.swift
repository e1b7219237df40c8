import Alerts
import Base
import HTTPServer
import JSON

/// The HTTP surface: answers every request from a ``WebBackend`` and the metrics registry.
///
/// Give ``respond(to:)`` to an ``HTTPServer/HTTPServer``.
public struct WebService: Sendable {
    let backend: any WebBackend
    let queries: (any QuerySide)?
    let metrics: MetricsRegistry
    let build: BuildInformation
    let clock: any WallClock
    private let access: WebAccess
    private let onAnswer: (@Sendable (AccessRecord) -> Void)?
    private let requests: MetricFamily<MetricCounter>
    private let durations: MetricFamily<MetricHistogram>
    private let alertmanagerDurations: MetricFamily<MetricHistogram>
    private let alertmanagerSizes: MetricFamily<MetricHistogram>
    private let received: MetricFamily<MetricCounter>
    private let invalid: MetricFamily<MetricCounter>

    /// A service; its own counters are registered in `metrics`.
    /// - Parameters:
    ///   - queries: Who answers the query API; without it that API is not available.
    ///   - access: Who is let in.
    ///   - onAnswer: Is told of every answered request.
    public init(
        backend: any WebBackend, queries: (any QuerySide)? = nil, metrics: MetricsRegistry, build: BuildInformation,
        clock: any WallClock, access: WebAccess = WebAccess(), onAnswer: (@Sendable (AccessRecord) -> Void)? = nil
    ) {
        self.access = access
        self.onAnswer = onAnswer
        self.backend = backend
        self.queries = queries
        self.metrics = metrics
        self.build = build
        self.clock = clock
        requests = metrics.counters(
            "prometheus_http_requests_total", "Counter of HTTP requests.", labels: ["code", "handler"])
        durations = metrics.histograms(
            "prometheus_http_request_duration_seconds", "Histogram of latencies for HTTP requests.",
            buckets: [0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120], labels: ["handler"])
        alertmanagerDurations = metrics.histograms(
            "alertmanager_http_request_duration_seconds", "Histogram of latencies for HTTP requests of API v2.",
            buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], labels: ["code", "handler", "method"])
        alertmanagerSizes = metrics.histograms(
            "alertmanager_http_response_size_bytes", "Histogram of response size for HTTP requests of API v2.",
            buckets: [100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000], labels: ["handler", "method"])
        received = metrics.counters(
            "alertmanager_alerts_received_total", "The total number of received alerts.", labels: ["status", "version"])
        invalid = metrics.counters(
            "alertmanager_alerts_invalid_total", "The total number of received alerts that were invalid.",
            labels: ["version"])
        for version in ["v2", "webhook"] {
            for status in ["firing", "resolved"] { _ = received.with(status, version) }
            _ = invalid.with(version)
        }
    }

    /// Answers one request.
    public func respond(to request: HTTPServerRequest) async -> HTTPServerResponse {
        let started = ContinuousClock.now
        let rules = access.rules
        let id = RequestID.of(request.header("X-Request-Id"))
        var who: String?
        var (pattern, response) = ("refused", HTTPServerResponse())
        switch await rules.control?.verdict(on: request, now: clock.now()) ?? .allowed(who: nil) {
        case .allowed(let name):
            who = name
            let (route, found, plain) = await routed(request)
            pattern = found
            response = route?.isShared == true ? Self.shared(plain, request) : plain
        case .refused(let refusal): response = refusal
        }
        if request.path.hasPrefix("/api/v2/") {
            // As Alertmanager marks its answers.
            response.headers.append(("Vary", "Origin"))
            if !response.headers.contains(where: { $0.name == "Cache-Control" }) {
                response.headers.append(("Cache-Control", "no-store"))
            }
        }
        let duration = ContinuousClock.now - started
        requests.with(String(response.status), pattern).increment()
        durations.with(pattern).observe(duration)
        if pattern.hasPrefix("/api/v2/") {
            // Clients may call their methods anything: only real ones get a series.
            let method =
                ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PUT", "PATCH"].contains(request.method)
                ? request.method.lowercased() : "other"
            alertmanagerDurations.with(String(response.status), pattern, method).observe(duration)
            // Of a list that is written while it is sent nobody knows the size yet.
            if let size = response.size { alertmanagerSizes.with(pattern, method).observe(Double(size)) }
        }
        onAnswer?(
            AccessRecord(
                id: id, method: request.method,
                target: String(decoding: request.target.utf8.prefix(512), as: UTF8.self),
                status: response.status, bytes: response.size, duration: duration, remote: request.remoteAddress,
                who: who))
        response.headers.append(("X-Request-Id", id))
        for header in rules.headers { response.headers.append(header) }
        for header in Self.safeHeaders where !rules.headers.contains(where: { $0.name == header.name }) {
            response.headers.append(header)
        }
        return response
    }

    /// What browsers are told unless the web configuration says otherwise: no guessing of types, no frames, no referrers.
    private static let safeHeaders: [(name: String, value: String)] = [
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "deny"), ("Referrer-Policy", "no-referrer"),
    ]

    /// As Prometheus does, lets pages of other sites read an answer.
    private static func shared(_ response: HTTPServerResponse, _ request: HTTPServerRequest) -> HTTPServerResponse {
        if response.status == 405 { return response }
        let response = response.with(header: "Vary", "Origin")
        guard let origin = request.header("Origin"), !origin.isEmpty else { return response }
        return response.with(header: "Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin")
            .with(header: "Access-Control-Allow-Methods", "GET, POST, OPTIONS")
            .with(header: "Access-Control-Allow-Origin", origin)
            .with(header: "Access-Control-Expose-Headers", "Date")
    }

    private func routed(_ request: HTTPServerRequest) async -> (Route?, pattern: String, HTTPServerResponse) {
        for route in Route.all {
            guard let parameters = route.match(request.pathSegments) else { continue }
            let methods = route.methods
            if request.method == "OPTIONS" {
                let answer = HTTPServerResponse(status: 204)
                return (route, route.pattern, route.isShared ? answer : answer.with(header: "Allow", route.allowed))
            }
            // Where Prometheus does not answer HEAD, its clients do not ask with it.
            let method = request.method == "HEAD" && !route.isShared ? "GET" : request.method
            guard methods.contains(method) else { return (route, route.pattern, route.notAllowed(request)) }
            if method != "GET", !route.isShared, !isSameOrigin(request) {
                return (
                    route, route.pattern,
                    HTTPServerResponse(status: 403, text: "cross-origin requests are not allowed to change anything\n")
                )
            }
            if route.style == .alertmanager, let refusal = MediaTypes.refusal(request) {
                return (route, route.pattern, refusal)
            }
            do throws(WebFailure) {
                return (route, route.pattern, try await route.handle(self, request, parameters))
            } catch {
                return (route, route.pattern, route.style.failure(error))
            }
        }
        if request.method == "OPTIONS", request.path.hasPrefix("/api/v1/") {
            return (nil, "none", Self.shared(HTTPServerResponse(status: 204), request))
        }
        let style: RouteStyle = request.path.hasPrefix("/api/v2/") ? .alertmanager : .plain
        return (nil, "none", style.notFound(request))
    }

    /// Hands alerts to the backend and counts them.
    func receive(
        _ alerts: [PostedAlert], from source: AlertSource
    ) async throws(WebFailure) -> [PostedAlert.Refusal] {
        if alerts.isEmpty { return [] }
        let version = source == .api ? "v2" : "webhook"
        let now = clock.now()
        let resolved = alerts.count { $0.endsAt.map { $0 <= now } ?? false }
        received.with("resolved", version).increment(by: Double(resolved))
        received.with("firing", version).increment(by: Double(alerts.count - resolved))
        let refused = try await backend.receive(alerts, from: source)
        invalid.with(version).increment(by: Double(refused.count))
        return refused
    }

    /// A browser says where the page came from that sends; programs say nothing.
    private func isSameOrigin(_ request: HTTPServerRequest) -> Bool {
        guard let origin = request.header("Origin") else { return true }
        guard let host = request.header("Host"), let scheme = origin.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            return false
        }
        return origin[scheme...].lowercased() == "://" + host.lowercased()
    }
}
