import HTTPServer

/// A path with the methods it answers.
struct Route: Sendable {
    typealias Handler =
        @Sendable (WebService, HTTPServerRequest, [String]) async throws(WebFailure) -> HTTPServerResponse

    let methods: [String]
    /// As documented: `/api/v1/incidents/{id}/ack`.
    let pattern: String
    let style: RouteStyle
    /// Whether pages of other sites may read the answers, as Prometheus lets them.
    private(set) var isShared = false
    let handle: Handler
    private let segments: [String]

    init(_ methods: String..., path pattern: String, style: RouteStyle, handle: @escaping Handler) {
        self.init(methods, path: pattern, style: style, handle: handle)
    }

    init(_ methods: [String], path pattern: String, style: RouteStyle, handle: @escaping Handler) {
        self.methods = methods
        self.pattern = pattern
        self.style = style
        self.handle = handle
        segments = pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    /// The same route, whose answers pages of other sites may read: it changes nothing, whatever the method.
    var shared: Route {
        var copy = self
        copy.isShared = true
        return copy
    }

    /// The header Allow of this path.
    var allowed: String { (methods + ["OPTIONS"]).sorted().joined(separator: ", ") }

    /// The answer to a method that this path does not take.
    func notAllowed(_ request: HTTPServerRequest) -> HTTPServerResponse {
        let response =
            switch style {
            case .plain, .prometheus: HTTPServerResponse(status: 405, text: "Method Not Allowed\n")
            case .alertmanager:
                AlertmanagerJSON.failure(
                    "method \(request.method) is not allowed, but [\(methods.joined(separator: ","))] are", code: 405,
                    status: 405)
            }
        return response.with(header: "Allow", allowed)
    }

    /// The values of the parts in braces; nil when the path is another.
    ///
    /// Alertmanager's paths may end in one more slash, as there.
    func match(_ path: [String]) -> [String]? {
        var path = path[...]
        if style == .alertmanager, path.count == segments.count + 1, path.last == "" { path.removeLast() }
        guard path.count == segments.count else { return nil }
        var parameters: [String] = []
        for (wanted, found) in zip(segments, path) {
            if wanted.hasPrefix("{") {
                if found.isEmpty { return nil }
                parameters.append(found)
            } else if wanted != found {
                return nil
            }
        }
        return parameters
    }

    /// Every route there is.
    static let all =
        HealthRoutes.all
        + (PrometheusRoutes.all + StatusRoutes.all + QueryRoutes.all + SeriesRoutes.all).map(\.shared)
        + WriteRoute.all + AlertmanagerRoutes.all + SilenceRoutes.all + OwnRoutes.all + HeartbeatRoutes.all
        + MissingRoutes.all
}

/// How a route words what went wrong.
enum RouteStyle: Sendable {
    /// One line of text.
    case plain
    /// `{"status":"error","errorType":…,"error":…}`
    case prometheus
    /// Texts or `{"code":…,"message":…}`
    case alertmanager

    func failure(_ failure: WebFailure) -> HTTPServerResponse {
        switch self {
        case .plain: HTTPServerResponse(status: failure.status, text: failure.description + "\n")
        case .prometheus:
            PrometheusJSON.failure(failure.description, type: failure.errorType, status: failure.status)
        case .alertmanager:
            switch failure {
            case .invalid, .failed: AlertmanagerJSON.message(failure.description, status: failure.status)
            default: AlertmanagerJSON.failure(failure.description, code: failure.status, status: failure.status)
            }
        }
    }

    func notFound(_ request: HTTPServerRequest) -> HTTPServerResponse {
        switch self {
        case .plain, .prometheus: HTTPServerResponse(status: 404, text: "404 page not found\n")
        case .alertmanager:
            AlertmanagerJSON.failure("path \(request.path) was not found", code: 404, status: 404)
        }
    }
}
