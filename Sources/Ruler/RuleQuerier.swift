import Base
import PromQL
import QueryEngine
import TimeSeries

/// Answers the queries of rules: decides where each is computed, fetches everything at once, merges the overlay.
public struct RuleQuerier: Sendable {
    /// Raw samples of the server or the embedded store.
    public var source: any SeriesSource
    /// A server that evaluates expressions which read nothing recorded here; nil when there is none.
    public var server: (any InstantQuerying)?
    /// Whether ``server`` is asked wherever it can answer; else only where ``source`` cannot tell enough.
    public var prefersServer = true
    /// What the samples of ``source`` do not tell.
    public var shortcomings = SourceShortcomings()
    /// Recorded series and ALERTS of this process, which queries see before the server has them.
    public var overlay: EmbeddedStore
    /// Labels that `remote_write` adds to what is recorded here: series that come back from ``source`` with them are the
    /// recorded ones, not others beside them.
    public var writtenLabels = Labels.empty
    /// Lookback, features and limits.
    public var options: QueryOptions
    /// Longest wait for an answer; nil follows the interval of the group that asks.
    public var timeout: Duration?
    /// The shortest wait that follows an interval: shorter intervals leave a busy server time all the same.
    static let shortestWait = Duration.seconds(10)

    /// A querier.
    public init(
        source: any SeriesSource, server: (any InstantQuerying)?, overlay: EmbeddedStore,
        options: QueryOptions = .init(), timeout: Duration? = nil
    ) {
        self.source = source
        self.server = server
        self.overlay = overlay
        self.options = options
        self.timeout = timeout
    }

    /// One query of a tick, before it is fetched.
    enum Prepared: Sendable {
        /// The server evaluates the text.
        case remote(String)
        /// Fetched and computed here, or asked of the server by `fallback` where the samples do not tell enough.
        case planned(QueryPlan, fallback: String?, needsWholeSamples: Bool)
        case refused(RuleFailure)
    }

    /// Decides where `expression` is computed at `time`; `recorded` says which metric names rules record here.
    func prepare(_ expression: Expr, text: String, at time: Timestamp, recorded: RecordedNames) -> Prepared {
        var question: String?
        if server != nil, !recorded.areRead(by: expression) {
            // The server's own evaluation interval may be another one.
            question =
                expression.hasSubqueryWithoutStep
                ? "\(expression.writingSubqueryStep(options.defaultSubqueryStep))" : text
        }
        if prefersServer, let question { return .remote(question) }
        do throws(QueryError) {
            return .planned(
                try QueryPlan(expression, source: text, kind: .instant(time), options: options), fallback: question,
                needsWholeSamples: expression.hasSubqueryOverInstantSelector)
        } catch {
            return .refused(.query("\(error)"))
        }
    }

    /// The result of a prepared query: the server's, or computed here over fetched samples and the overlay as it is now.
    func finish(_ query: Prepared, _ fetched: Fetched) throws(RuleFailure) -> QueryResult {
        switch query {
        case .refused(let failure): throw failure
        case .remote(let text):
            guard let answer = fetched.answers[text] else { throw .query("no answer to \(text)") }
            return try answer.get()
        case .planned(let plan, let fallback, _):
            if let fallback, let answer = fetched.answers[fallback] { return try answer.get() }
            let merged = OverlaySource(overlay: overlay, base: source, writtenLabels: writtenLabels)
            var responses: [SeriesResponse] = []
            for request in plan.requests {
                guard let response = fetched.series[request] else { throw .query("a selector was not fetched") }
                responses.append(merged.merge(request, try response.get()))
            }
            do throws(QueryError) {
                return try plan.evaluate(responses: responses)
            } catch {
                throw .query("\(error)")
            }
        }
    }

    /// Fetches and evaluates one expression at once: what a template's `query` asks for.
    func query(_ text: String, at time: Timestamp, recorded: RecordedNames) async throws(RuleFailure) -> QueryResult {
        let expression: Expr
        do throws(PromQLError) {
            expression = try PromQLParser.parse(text, options: .init(features: options.features))
        } catch {
            throw .query("\(error)")
        }
        let prepared = prepare(expression, text: text, at: time, recorded: recorded)
        return try finish(prepared, await fetch([prepared], at: time))
    }
}
