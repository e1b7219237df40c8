import Base
import QueryEngine
import TimeSeries

extension RuleQuerier {
    /// What one tick fetched: raw samples and remote answers, each fetched once however many rules ask.
    struct Fetched: Sendable {
        var series: [SeriesRequest: Result<SeriesResponse, RuleFailure>] = [:]
        var answers: [String: Result<QueryResult, RuleFailure>] = [:]
        /// Requests whose samples cannot be had, or not whole.
        var unfit: Set<SeriesRequest> = []
    }

    /// Fetches everything that `queries` need, concurrently; a failure concerns only who asked for it.
    ///
    /// Where the samples turn out not to tell enough, the server is asked in a second round.
    /// - Parameter interval: How often the group asks; an answer that takes longer comes too late to be of use.
    func fetch(_ queries: [Prepared], at time: Timestamp, interval: Duration = .zero) async -> Fetched {
        let limit = timeout ?? max(Self.shortestWait, interval)
        let mayNeedWhole = queries.contains { query in
            if case .planned(_, .some, true) = query { return true }
            return false
        }
        let shortcomings = shortcomings
        let isApproximate =
            mayNeedWhole
            ? await Self.within(limit) {
                await shortcomings.isApproximate()
            } otherwise: { _ in
                false
            } : false
        var requests: Set<SeriesRequest> = []
        var texts: Set<String> = []
        for query in queries {
            switch query {
            case .remote(let text): texts.insert(text)
            case .planned(_, let fallback?, true) where isApproximate: texts.insert(fallback)
            case .planned(let plan, _, _): requests.formUnion(plan.requests)
            case .refused: break
            }
        }
        var fetched = Fetched()
        await fetch(requests, texts, at: time, limit, into: &fetched)
        await noteHistograms(&fetched)
        if fetched.unfit.isEmpty { return fetched }
        var second: Set<String> = []
        for query in queries {
            guard case .planned(let plan, let fallback?, _) = query, fetched.answers[fallback] == nil else { continue }
            if plan.requests.contains(where: fetched.unfit.contains) { second.insert(fallback) }
        }
        await fetch([], second, at: time, limit, into: &fetched)
        return fetched
    }

    private enum Piece: Sendable {
        case series(SeriesRequest, Result<SeriesResponse, RuleFailure>, isUnfit: Bool)
        case answer(String, Result<QueryResult, RuleFailure>)
    }

    private func fetch(
        _ requests: Set<SeriesRequest>, _ texts: Set<String>, at time: Timestamp, _ limit: Duration,
        into fetched: inout Fetched
    ) async {
        await withTaskGroup(of: Piece.self) { group in
            for request in requests { group.addTask { await fetch(request, limit) } }
            for text in texts { group.addTask { .answer(text, await ask(text, at: time, limit)) } }
            for await piece in group {
                switch piece {
                case .series(let request, let response, let isUnfit):
                    fetched.series[request] = response
                    if isUnfit { fetched.unfit.insert(request) }
                case .answer(let text, let answer): fetched.answers[text] = answer
                }
            }
        }
    }

    /// Native histograms of a source without remote read are not whole.
    private func noteHistograms(_ fetched: inout Fetched) async {
        let withHistograms = fetched.series.filter { entry in
            guard case .success(let response) = entry.value else { return false }
            return response.series.contains { $0.histograms.contains { $0 != nil } }
        }
        guard !withHistograms.isEmpty, await shortcomings.isApproximate() else { return }
        fetched.unfit.formUnion(withHistograms.keys)
    }

    private func fetch(_ request: SeriesRequest, _ limit: Duration) async -> Piece {
        await Self.within(limit) {
            do {
                guard let response = try await source.fetch([request]).first else {
                    return .series(request, .failure(.query("the source gave no answer")), isUnfit: false)
                }
                return .series(request, .success(response), isUnfit: false)
            } catch {
                return .series(request, .failure(.query("\(error)")), isUnfit: shortcomings.isIncomplete(error))
            }
        } otherwise: {
            .series(request, .failure($0), isUnfit: false)
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
        } otherwise: {
            .failure($0)
        }
    }

    /// What `work` gives, or a failure when it takes longer than `limit`; it is cancelled then.
    private static func within<Value: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async -> Value,
        otherwise: @escaping @Sendable (RuleFailure) -> Value
    ) async -> Value {
        await withTaskGroup(of: Value.self) { group in
            group.addTask { await work() }
            group.addTask {
                // A second more: whoever watches the connection itself has the better reason.
                try? await Task.sleep(for: limit + .seconds(1))
                return otherwise(.query("no answer within \(PrometheusDuration.string(limit))"))
            }
            defer { group.cancelAll() }
            return await group.next() ?? otherwise(.query("no answer"))
        }
    }
}
