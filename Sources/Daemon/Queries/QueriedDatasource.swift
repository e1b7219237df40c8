import Base
import HTTPTransport
import JSON
import PromQL
import PrometheusAPI
import QueryEngine
import Ruler
import TimeSeries
import Web

/// A datasource with the recorded series over it, for the query API.
struct QueriedDatasource: QueriedSource {
    /// How much later than now a written sample may be.
    static let future = Duration.seconds(600)

    let querier: RuleQuerier
    let recorded: RecordedNames
    let facts: MetricFactStore
    let options: QueryOptions

    init(_ querier: RuleQuerier, recorded: RecordedNames, facts: MetricFactStore) {
        self.querier = querier
        self.recorded = recorded
        self.facts = facts
        var options = querier.options
        options.limits.timeout = querier.timeout.map { min(options.limits.timeout, $0) } ?? options.limits.timeout
        self.options = options
    }

    var server: PrometheusSource? { querier.source as? PrometheusSource }

    func evaluate(_ request: QueryRequest) async throws(QueryFailure) -> QueryReply {
        do {
            // What reads nothing recorded here is as well evaluated by a server, unless it is to be computed here.
            if let server, !recorded.areRead(by: request.expression) {
                if querier.server != nil, querier.prefersServer { return try await forwarded(request, server.client) }
                // Without whole samples only the server itself is right.
                if try await server.findFidelity() == .floats { return try await forwarded(request, server.client) }
                do {
                    return .result(try await computed(request))
                } catch let error as PrometheusError where error.kind == .incomplete {
                    return try await forwarded(request, server.client)
                }
            }
            return .result(try await computed(request))
        } catch let error as QueryError {
            let isWrongQuery = error.kind == .badData && !error.message.hasPrefix("exceeded maximum resolution")
            throw QueryFailure(
                error.kind.rawValue, isWrongQuery ? "invalid parameter \"query\": \(error.message)" : error.message)
        } catch let error as PrometheusError {
            throw QueryFailure(error.apiErrorType, error.message)
        } catch let error as QueryFailure {
            throw error
        } catch is CancellationError {
            throw QueryFailure("canceled", "query was canceled in query execution")
        } catch {
            throw QueryFailure("internal", "\(error)")
        }
    }

    private func computed(_ request: QueryRequest) async throws -> QueryResult {
        let plan = try QueryPlan(
            request.expression, source: request.text, kind: request.kind, options: request.options)
        let source = OverlaySource(
            overlay: querier.overlay, base: querier.source, writtenLabels: querier.writtenLabels)
        let engine = QueryEngine(options: request.options)
        // Nothing is waited for where samples are in memory, and the evaluation looks at the clock itself.
        if querier.source is EmbeddedStore { return try await engine.run(plan, source) }
        return try await within(request.options.limits.timeout) { try await engine.run(plan, source) }
    }

    private func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask { try await work() }
            group.addTask {
                try await Task.sleep(for: limit)
                throw QueryError(.timeout, "query timed out in query execution")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }

    private func forwarded(_ request: QueryRequest, _ client: PrometheusClient) async throws -> QueryReply {
        var parameters = request.parameters
        if let lookback = client.settings.lookback, !parameters.contains(where: { $0.name == "lookback_delta" }) {
            parameters.append(("lookback_delta", "\(lookback.milliseconds)ms"))
        }
        let answer = try await client.forward(
            "/api/v1/\(request.endpoint)", parameters, timeout: client.settings.timeout)
        return .forwarded(status: answer.status, body: answer.body)
    }
}

extension QueriedDatasource {
    func write(_ batch: WriteBatch, now: Timestamp) async throws(QueryFailure) -> WriteOutcome {
        guard let store = querier.source as? EmbeddedStore else {
            throw QueryFailure(
                "not_found", "remote write is taken by 'datasource: {embedded: …}' only; this datasource is a server")
        }
        let outcome = WriteOutcome(of: batch, to: store, latest: now + Self.future)
        if outcome.refusals.isEmpty || batch.isPartial { facts.note(batch.metadata) }
        return outcome
    }
}
