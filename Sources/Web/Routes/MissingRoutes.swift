import HTTPServer

/// What is part of the interface but not of this version: refused by name instead of looking like a wrong address.
enum MissingRoutes {
    static let all: [Route] =
        [
            missing("/", style: .plain, what: "the page"),
            missing("/api/v1/events", style: .prometheus, what: "the stream of events"),
        ]
        + ["/api/v1/why", "/api/v1/history"].map {
            missing($0, style: .prometheus, what: $0)
        }

    private static func missing(_ path: String, style: RouteStyle, what: String) -> Route {
        Route("GET", "POST", "PUT", "DELETE", path: path, style: style) { _, _, _ throws(WebFailure) in
            throw .unsupported("\(what) is not there in this version of ruleval")
        }
    }
}
