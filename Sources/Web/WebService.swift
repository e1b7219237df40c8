import Base
import HTTPServer
import JSON

/// The HTTP surface: answers every request from a ``WebBackend`` and the metrics registry.
///
/// Give ``respond(to:)`` to an ``HTTPServer/HTTPServer``.
public struct WebService: Sendable {
    let backend: any WebBackend
    let metrics: MetricsRegistry
    let build: BuildInformation
    let clock: any WallClock
    private let requests: MetricFamily<MetricCounter>
    private let durations: MetricFamily<MetricHistogram>

    /// A service; its own counters are registered in `metrics`.
    public init(backend: any WebBackend, metrics: MetricsRegistry, build: BuildInformation, clock: any WallClock) {
        self.backend = backend
        self.metrics = metrics
        self.build = build
        self.clock = clock
        requests = metrics.counters(
            "ruleval_http_requests_total", "HTTP requests by route and status.", labels: ["handler", "code"])
        durations = metrics.histograms(
            "ruleval_http_request_duration_seconds", "How long HTTP requests took.", labels: ["handler"])
    }

    /// Answers one request.
    public func respond(to request: HTTPServerRequest) async -> HTTPServerResponse {
        let started = ContinuousClock.now
        let (pattern, response) = await routed(request)
        requests.with(pattern, String(response.status)).increment()
        durations.with(pattern).observe(ContinuousClock.now - started)
        return response.with(header: "X-Content-Type-Options", "nosniff")
    }

    private func routed(_ request: HTTPServerRequest) async -> (pattern: String, HTTPServerResponse) {
        for route in Route.all {
            guard let parameters = route.match(request.pathSegments) else { continue }
            let methods = route.methods
            if request.method == "OPTIONS" {
                let allow = (methods + ["OPTIONS"]).joined(separator: ", ")
                return (route.pattern, HTTPServerResponse(status: 204).with(header: "Allow", allow))
            }
            let method = request.method == "HEAD" ? "GET" : request.method
            guard methods.contains(method) else { return (route.pattern, route.style.notAllowed(request, methods)) }
            if method != "GET", !isSameOrigin(request) {
                return (
                    route.pattern,
                    HTTPServerResponse(status: 403, text: "cross-origin requests are not allowed to change anything\n")
                )
            }
            do throws(WebFailure) {
                return (route.pattern, try await route.handle(self, request, parameters))
            } catch {
                return (route.pattern, route.style.failure(error))
            }
        }
        let style: RouteStyle = request.path.hasPrefix("/api/v2/") ? .alertmanager : .plain
        return ("none", style.notFound(request))
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
