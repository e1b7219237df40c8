import Base
import PromQL
import TimeSeries

/// Fetches and evaluates: the shell around ``QueryPlan``.
public struct QueryEngine: Sendable {
    /// The settings of all queries.
    public var options: QueryOptions

    /// An engine with these settings.
    public init(options: QueryOptions = QueryOptions()) { self.options = options }

    /// Evaluates `expression` at `time` over `source`.
    /// - Throws: ``QueryError``, or what the source throws.
    public func instant(_ expression: Expr, text: String = "", at time: Timestamp, source: any SeriesSource)
        async throws -> QueryResult
    {
        try await run(QueryPlan(expression, source: text, kind: .instant(time), options: options), source)
    }

    /// Evaluates `expression` from `start` to `end`, both included, every `step`.
    /// - Throws: ``QueryError``, or what the source throws.
    public func range(
        _ expression: Expr, text: String = "", start: Timestamp, end: Timestamp, step: Duration,
        source: any SeriesSource
    ) async throws -> QueryResult {
        try await run(
            QueryPlan(expression, source: text, kind: .range(start: start, end: end, step: step), options: options),
            source)
    }

    /// Fetches what `plan` needs and evaluates it, within the time allowed.
    /// - Throws: ``QueryError``, or what the source throws.
    public func run(_ plan: QueryPlan, _ source: any SeriesSource) async throws -> QueryResult {
        let clock = ContinuousClock()
        let began = clock.now
        let deadline = began + options.limits.timeout
        let responses = plan.requests.isEmpty ? [] : try await source.fetchPacked(plan.requests)
        let fetched = clock.now
        var result = try plan.evaluate(responses: responses) { () throws(QueryError) in
            if Task.isCancelled { throw .canceled }
            if clock.now > deadline { throw .timedOut }
        }
        result.statistics?.preparation = fetched - began
        result.statistics?.evaluation = clock.now - fetched
        return result
    }
}
