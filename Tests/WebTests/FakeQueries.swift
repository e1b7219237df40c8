import Base
import QueryEngine
import Synchronization
import TimeSeries

@testable import Web

/// A datasource for tests: an embedded store, without threads of its own.
struct FakeQueries: QuerySide, QueriedSource {
    final class Pool: TaskExecutor {
        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            OwnThread.run { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    let executor: any TaskExecutor = Pool()
    let store = EmbeddedStore()
    let options = QueryOptions()
    let written = Written()

    final class Written: Sendable {
        let facts = Mutex<[String: [MetricFacts]]>([:])
    }

    func source() async -> (any QueriedSource)? { self }

    func evaluate(_ request: QueryRequest) async throws(QueryFailure) -> QueryReply {
        do {
            let plan = try QueryPlan(
                request.expression, source: request.text, kind: request.kind, options: request.options)
            return .result(try await QueryEngine(options: request.options).run(plan, store))
        } catch let error as QueryError {
            throw QueryFailure(error.kind.rawValue, error.message)
        } catch {
            throw QueryFailure("internal", "\(error)")
        }
    }

    private func each(_ selection: SeriesSelection) -> [[LabelMatcher]] {
        selection.matcherSets.isEmpty ? [[]] : selection.matcherSets
    }

    func labelNames(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String> {
        Listing(Set(each(selection).flatMap { store.labelNames($0) }).sorted())
    }

    func labelValues(_ name: String, _ selection: SeriesSelection) async throws(QueryFailure) -> Listing<String> {
        Listing(Set(each(selection).flatMap { store.labelValues(name, $0) }).sorted())
    }

    func series(_ selection: SeriesSelection) async throws(QueryFailure) -> Listing<Labels> {
        Listing(Set(each(selection).flatMap { store.series($0) }).sorted())
    }

    func metadata(metric: String) async throws(QueryFailure) -> [(name: String, facts: [MetricFacts])] {
        written.facts.withLock { $0.filter { metric.isEmpty || $0.key == metric }.map { ($0.key, $0.value) } }
            .sorted { $0.0 < $1.0 }
    }

    func overview(limit: Int) async throws(QueryFailure) -> OverviewReply { .held(store.overview(limit: limit)) }

    func write(_ batch: WriteBatch, now: Timestamp) async throws(QueryFailure) -> WriteOutcome {
        let outcome = WriteOutcome(of: batch, to: store, latest: now + .seconds(600))
        if !outcome.refusals.isEmpty, !batch.isPartial { return outcome }
        written.facts.withLock { facts in
            for one in batch.metadata { facts[one.metric, default: []].append(one.facts) }
        }
        return outcome
    }
}
