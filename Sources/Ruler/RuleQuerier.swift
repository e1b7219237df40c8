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
    /// Where queries are computed; without ``server`` always here.
    public var policy = EvaluationPolicy.always(.remote)
    /// Samples kept between ticks; nil fetches everything anew at each tick, as from a store in this process.
    public var window: SampleWindow?
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

    /// Whether ``server`` is asked wherever it can answer, unless a group's costs say otherwise.
    public var prefersServer: Bool {
        get { policy != .always(.local) }
        set { policy = .always(newValue ? .remote : .local) }
    }

    /// One query of a tick, before it is fetched.
    struct Prepared: Sendable {
        enum Way: Sendable {
            /// The server evaluates the text.
            case remote(String)
            /// Fetched and computed here, the server having answered `questions` to parts of it.
            case planned(QueryPlan, questions: [String])
            case refused(RuleFailure)
        }

        let plan: ExpressionPlan
        let way: Way
    }

    /// Computes everything of an expression here.
    func computedHere(_ plan: ExpressionPlan, at time: Timestamp) -> Prepared.Way {
        do throws(QueryError) {
            let whole = try QueryPlan(plan.expression, source: plan.text, kind: .instant(time), options: options)
            return .planned(whole, questions: [])
        } catch {
            return .refused(.query("\(error)"))
        }
    }

    /// Plans the expressions of a group together.
    func plan(_ expressions: [(expression: Expr, text: String)], _ recorded: RecordedNames) -> GroupPlan {
        GroupPlan(expressions, mayAsk: server != nil, recorded: recorded, options: options)
    }

    /// Decides where an expression is computed at `time`.
    func prepare(_ plan: ExpressionPlan, at time: Timestamp, place: EvaluationPlace) -> Prepared {
        if place == .remote, let first = plan.pieces.first {
            if first.range == plan.expression.range || plan.pieces.count == 1, first.question == plan.question {
                return Prepared(plan: plan, way: .remote(first.question))
            }
            let places = Dictionary(plan.pieces.enumerated().map { ($1.range, $0) }, uniquingKeysWith: { a, _ in a })
            do throws(QueryError) {
                let rest = try QueryPlan(
                    plan.expression, source: plan.text, kind: .instant(time), options: options, answers: places)
                return Prepared(plan: plan, way: .planned(rest, questions: plan.pieces.map(\.question)))
            } catch {
                return Prepared(plan: plan, way: .refused(.query("\(error)")))
            }
        }
        if place == .remote, let question = plan.question { return Prepared(plan: plan, way: .remote(question)) }
        return Prepared(plan: plan, way: computedHere(plan, at: time))
    }

    /// The result of a prepared query: the server's, or computed here over fetched samples and the overlay as it is now.
    func finish(_ query: Prepared, _ fetched: Fetched) throws(RuleFailure) -> QueryResult {
        if let fallback = query.plan.question, let answer = fetched.instead[fallback] { return try answer.get() }
        var way = query.way
        if let other = fetched.computed[query.plan.text] { way = other }
        switch way {
        case .refused(let failure): throw failure
        case .remote(let text):
            guard let answer = fetched.answers[text] else { throw .query("no answer to \(text)") }
            return try answer.get()
        case .planned(let plan, let questions):
            let merged = OverlaySource(overlay: overlay, base: source, writtenLabels: writtenLabels)
            var responses: [SeriesResponse] = []
            for request in plan.requests {
                responses.append(merged.merge(request, try fetched.response(request)))
            }
            var answers: [QueryResult] = []
            for question in questions {
                guard let answer = fetched.answers[question] else { throw .query("no answer to \(question)") }
                answers.append(try answer.get())
            }
            do throws(QueryError) {
                return try plan.evaluate(responses: responses, answers: answers)
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
        guard let plan = plan([(expression, text)], recorded).expressions.first else { throw .query("no expression") }
        let place: EvaluationPlace = if case .always(let place) = policy { place } else { .remote }
        let prepared = prepare(plan, at: time, place: place)
        return try finish(prepared, await fetch([prepared], at: time, keeps: false))
    }
}
