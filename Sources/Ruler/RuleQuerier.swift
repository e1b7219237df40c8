import Base
import PromQL
import QueryEngine
import TimeSeries

/// Answers the queries of rules: decides where each is computed, fetches everything at once, merges the overlay.
public struct RuleQuerier: Sendable {
    /// Raw samples of the server or the embedded store.
    public var source: any SeriesSource
    /// A server that evaluates expressions which read nothing recorded here; nil when all is computed here.
    public var server: (any InstantQuerying)?
    /// Recorded series and ALERTS of this process, which queries see before the server has them.
    public var overlay: EmbeddedStore
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
        /// Fetched and computed here.
        case planned(QueryPlan)
        case refused(RuleFailure)
    }

    /// Decides where `expression` is computed at `time`; `recorded` says which metric names rules record here.
    func prepare(_ expression: Expr, text: String, at time: Timestamp, recorded: RecordedNames) -> Prepared {
        if server != nil, !recorded.areRead(by: expression) { return .remote(text) }
        do throws(QueryError) {
            return .planned(try QueryPlan(expression, source: text, kind: .instant(time), options: options))
        } catch {
            return .refused(.query("\(error)"))
        }
    }

    /// What one tick fetched: raw samples and remote answers, each fetched once however many rules ask.
    struct Fetched: Sendable {
        var series: [SeriesRequest: Result<SeriesResponse, RuleFailure>] = [:]
        var answers: [String: Result<QueryResult, RuleFailure>] = [:]
    }

    /// Fetches everything that `queries` need, concurrently; a failure concerns only who asked for it.
    /// - Parameter interval: How often the group asks; an answer that takes longer comes too late to be of use.
    func fetch(_ queries: [Prepared], at time: Timestamp, interval: Duration = .zero) async -> Fetched {
        let limit = timeout ?? max(Self.shortestWait, interval)
        var requests: Set<SeriesRequest> = []
        var texts: Set<String> = []
        for query in queries {
            switch query {
            case .remote(let text): texts.insert(text)
            case .planned(let plan): requests.formUnion(plan.requests)
            case .refused: break
            }
        }
        enum Piece: Sendable {
            case series(SeriesRequest, Result<SeriesResponse, RuleFailure>)
            case answer(String, Result<QueryResult, RuleFailure>)
        }
        return await withTaskGroup(of: Piece.self) { group in
            for request in requests { group.addTask { .series(request, await fetch(request, limit)) } }
            for text in texts { group.addTask { .answer(text, await ask(text, at: time, limit)) } }
            var fetched = Fetched()
            for await piece in group {
                switch piece {
                case .series(let request, let response): fetched.series[request] = response
                case .answer(let text, let answer): fetched.answers[text] = answer
                }
            }
            return fetched
        }
    }

    private func fetch(_ request: SeriesRequest, _ limit: Duration) async -> Result<SeriesResponse, RuleFailure> {
        await Self.within(limit) {
            do {
                guard let response = try await source.fetch([request]).first else {
                    return .failure(.query("the source gave no answer"))
                }
                return .success(response)
            } catch {
                return .failure(.query("\(error)"))
            }
        }
    }

    private func ask(_ text: String, at time: Timestamp, _ limit: Duration) async -> Result<QueryResult, RuleFailure> {
        guard let server else { return .failure(.query("no server to evaluate \(text)")) }
        return await Self.within(limit) {
            do {
                return .success(try await server.instant(text, at: time, timeout: limit))
            } catch {
                return .failure(.query("\(error)"))
            }
        }
    }

    /// What `work` gives, or a failure when it takes longer than `limit`; it is cancelled then.
    private static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Result<Value, RuleFailure>
    ) async -> Result<Value, RuleFailure> {
        await withTaskGroup(of: Result<Value, RuleFailure>.self) { group in
            group.addTask { await work() }
            group.addTask {
                // A second more: whoever watches the connection itself has the better reason.
                try? await Task.sleep(for: limit + .seconds(1))
                return .failure(.query("no answer within \(PrometheusDuration.string(limit))"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? .failure(.query("no answer"))
        }
    }

    /// The result of a prepared query: the server's, or computed here over fetched samples and the overlay as it is now.
    func finish(_ query: Prepared, _ fetched: Fetched) throws(RuleFailure) -> QueryResult {
        switch query {
        case .refused(let failure): throw failure
        case .remote(let text):
            guard let answer = fetched.answers[text] else { throw .query("no answer to \(text)") }
            return try answer.get()
        case .planned(let plan):
            let merged = OverlaySource(overlay: overlay, base: source)
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

/// Which metric names are recorded by rules of this process, ALERTS included.
public struct RecordedNames: Sendable, Equatable {
    private var names: Set<String>

    /// The names of recording rules; the names of alert series are added.
    public init(_ names: some Sequence<String>) {
        self.names = Set(names).union([RuleSeries.alerts, RuleSeries.alertsForState])
    }

    /// Whether a selector in `expression` may select one of the names.
    public func areRead(by expression: Expr) -> Bool {
        if case .vectorSelector(let selector) = expression { return mayMatch(selector.matchers) }
        return expression.children.contains { areRead(by: $0) }
    }

    private func mayMatch(_ matchers: [LabelMatcher]) -> Bool {
        let conditions = matchers.filter { $0.name == Labels.metricName }
        return names.contains { name in conditions.allSatisfy { $0.matches(value: name) } }
    }
}
