import Base
import HTTPServer
import JSON
import PromQL
import QueryEngine
import TimeSeries

/// The part of Prometheus' HTTP API that evaluates expressions.
enum QueryRoutes {
    /// What stands in the warnings of a shortened answer.
    static let truncated = "results truncated due to limit"

    static let all: [Route] = [
        route("/api/v1/query") { call throws(QueryFailure) in
            let limit = try call.parameters.limit()
            let request = try call.parameters.instant(call.source.options, now: call.now)
            return try await answer(request, limit: limit, call)
        },
        route("/api/v1/query_range") { call throws(QueryFailure) in
            let limit = try call.parameters.limit()
            return try await answer(try call.parameters.range(call.source.options), limit: limit, call)
        },
        route("/api/v1/format_query") { call throws(QueryFailure) in
            let text = try call.parameters.expression(call.source.options).prettyPrinted()
            return PrometheusJSON.success { $0.string(text) }
        },
        route("/api/v1/parse_query") { call throws(QueryFailure) in
            let expression = try call.parameters.expression(call.source.options)
            return PrometheusJSON.success { ExpressionJSON.write(expression, &$0) }
        },
    ]

    /// What a handler of the query API works with.
    struct Call: Sendable {
        let parameters: QueryParameters
        let source: any QueriedSource
        let now: Timestamp
        /// Values of the path's parts in braces.
        let path: [String]
        let request: HTTPServerRequest
        /// Where work that may be long belongs.
        let executor: any TaskExecutor
    }

    typealias Handler = @Sendable (Call) async throws(QueryFailure) -> HTTPServerResponse

    /// A route whose work runs apart from the pool of threads that ticks need.
    static func route(_ pattern: String, methods: [String] = ["GET", "POST"], _ handler: @escaping Handler) -> Route {
        Route(methods, path: pattern, style: .prometheus) { service, request, path throws(WebFailure) in
            guard let queries = service.queries, let source = await queries.source() else {
                throw .unavailable("no datasource is configured, so there is nothing to query")
            }
            let now = service.clock.now()
            return await withTaskExecutorPreference(queries.executor) {
                let call = Call(
                    parameters: QueryParameters(request), source: source, now: now, path: path, request: request,
                    executor: queries.executor)
                do throws(QueryFailure) {
                    return try await handler(call)
                } catch {
                    return PrometheusJSON.failure(error.message, type: error.type, status: error.status)
                }
            }
        }
    }

    private static func answer(
        _ request: QueryRequest, limit: Int, _ call: Call
    ) async throws(QueryFailure) -> HTTPServerResponse {
        guard request.options.limits.timeout > .microseconds(1) else {
            // Prometheus finds this out before it evaluates.
            throw QueryParameters.invalid("query", "context deadline exceeded")
        }
        switch try await call.source.evaluate(request) {
        case .forwarded(let status, let body): return .json(body, status: status)
        case .result(var result):
            if limit > 0 { truncate(&result, to: limit) }
            return QueryResultJSON.isLarge(result) ? stream(result, call.executor) : .json(QueryResultJSON.body(result))
        }
    }

    /// An answer of which no more is written than the client reads.
    private static func stream(_ result: QueryResult, _ executor: any TaskExecutor) -> HTTPServerResponse {
        .stream(contentType: "application/json") { body in
            try await withTaskExecutorPreference(executor) {
                try await QueryResultJSON.write(result) { try await body.write($0) }
            }
        }
    }

    private static func truncate(_ result: inout QueryResult, to limit: Int) {
        switch result.value {
        case .vector(let samples) where samples.count > limit: result.value = .vector(Array(samples.prefix(limit)))
        case .matrix(let series) where series.count > limit: result.value = .matrix(Array(series.prefix(limit)))
        default: return
        }
        result.annotations.warnings.append(truncated)
    }
}
