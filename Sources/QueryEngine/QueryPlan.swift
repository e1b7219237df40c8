import Base
import PromQL
import TimeSeries

/// A query made ready: what it must fetch, and the calculation over what was fetched.
///
/// The calculation is pure and synchronous; nothing is read but its arguments.
public struct QueryPlan: Sendable {
    /// At which instants the expression is evaluated.
    public enum Kind: Hashable, Sendable {
        /// Once.
        case instant(Timestamp)
        /// From `start` to `end`, both included, every `step`.
        case range(start: Timestamp, end: Timestamp, step: Duration)
    }

    /// What was asked for.
    public let kind: Kind
    /// The settings it is evaluated with.
    public let options: QueryOptions
    /// What to fetch: each request once, with the exact span of time that is looked at.
    public let requests: [SeriesRequest]

    let root: PlanNode
    let type: ValueType
    let times: Timeline
    let queryStart: Int64
    let queryEnd: Int64
    let queryStep: Int64
    let source: String

    /// Plans `expression`.
    ///
    /// - Parameters:
    ///   - source: the expression's text, from which annotations take line and column; without it the expression is
    ///     taken to stand on one line.
    ///   - answers: subtrees of an instant query that a server evaluates; see ``evaluate(responses:answers:checkpoint:)``.
    /// - Throws: ``QueryError`` `bad_data` when the range is none, has too many steps, or the expression has a type
    ///   that a range query does not take, or a duration is none; `execution` where Prometheus finds the mistake only
    ///   when it evaluates.
    public init(
        _ expression: Expr, source: String = "", kind: Kind, options: QueryOptions = QueryOptions(),
        answers: AnsweredSubtrees = [:]
    ) throws(QueryError) {
        self.kind = kind
        self.options = options
        self.source = source
        type = expression.type
        switch kind {
        case .instant(let time):
            queryStart = time.milliseconds
            queryEnd = queryStart
            queryStep = 0
            times = Timeline(start: queryStart, interval: 1, count: 1)
        case .range(let start, let end, let step):
            guard step.milliseconds > 0 else {
                throw QueryError(
                    .badData, "zero or negative query resolution step widths are not accepted. Try a positive integer")
            }
            guard start <= end else { throw QueryError(.badData, "end timestamp must not be before start time") }
            guard type == .scalar || type == .vector else {
                let name = type == .string ? "string" : "range vector"
                throw QueryError(
                    .badData, "invalid expression type \"\(name)\" for range query, must be Scalar or instant Vector")
            }
            queryStart = start.milliseconds
            queryEnd = end.milliseconds
            queryStep = step.milliseconds
            guard (queryEnd - queryStart) / queryStep <= Int64(options.limits.steps) else {
                throw QueryError(
                    .badData,
                    "exceeded maximum resolution of \(options.limits.shownSteps) points per timeseries. "
                        + "Try decreasing the query resolution (?step=XX)")
            }
            times = Timeline(start: queryStart, end: queryEnd, interval: queryStep)
        }
        var builder = PlanBuilder(start: queryStart, end: queryEnd, step: queryStep, options: options, answers: answers)
        let built = try builder.build(expression, times)
        root = built.once
        requests = builder.requests
    }

    /// Calculates the result from what was fetched.
    ///
    /// - Parameters:
    ///   - responses: one for each of ``requests``, in their order.
    ///   - answers: what a server answered to the subtrees named when the query was planned.
    ///   - checkpoint: called once a chunk of work; what it throws ends the evaluation. Looks for cancellation of the
    ///     task unless told otherwise.
    /// - Throws: ``QueryError`` in Prometheus' words.
    public func evaluate(
        responses: [SeriesResponse], answers: [QueryResult] = [],
        checkpoint: () throws(QueryError) -> Void = Self.cancellationCheck
    ) throws(QueryError) -> QueryResult {
        precondition(responses.count == requests.count, "one response a request, in their order")
        return try withoutActuallyEscaping(checkpoint) { checkpoint throws(QueryError) -> QueryResult in
            let evaluator = Evaluator(
                plan: self, responses: responses, answers: answers.map(\.value), checkpoint: checkpoint)
            let value = try evaluator.result()
            var annotations = evaluator.notes.rendered(source: source)
            var seen: Set<String> = []
            annotations.infos += answers.flatMap(\.annotations.infos).filter { !annotations.infos.contains($0) }
            let remarks = responses.flatMap(\.warnings) + answers.flatMap(\.annotations.warnings)
            let told = remarks.filter { seen.insert($0).inserted }
            annotations.warnings.insert(contentsOf: told, at: 0)
            var result = QueryResult(value: value, annotations: annotations)
            result.statistics = evaluator.statistics
            return result
        }
    }

    /// Throws when the current task was cancelled.
    public static func cancellationCheck() throws(QueryError) {
        if Task.isCancelled { throw .canceled }
    }
}
