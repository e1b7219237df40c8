import Base
import QueryEngine
import TimeSeries

extension RuleQuerier {
    /// What one tick fetched: raw samples and remote answers, each fetched once however many rules ask.
    struct Fetched: Sendable {
        var series: [SeriesRequest: Result<SeriesResponse, RuleFailure>] = [:]
        /// Samples kept in the window.
        var stores: [SeriesRequest: Result<EmbeddedStore, RuleFailure>] = [:]
        var answers: [String: Result<QueryResult, RuleFailure>] = [:]
        /// Answers of the server, by question, that take the place of computing here.
        var instead: [String: Result<QueryResult, RuleFailure>] = [:]
        /// What is computed here after all, by the text of the rule, because the server's answers do not tell enough.
        var computed: [String: Prepared.Way] = [:]
        /// Requests whose samples cannot be had, or not whole.
        var unfit: Set<SeriesRequest> = []
        /// Whether nothing was fetched that is not fetched at every tick.
        var isTypical = true

        /// The samples of a request.
        func response(_ request: SeriesRequest) throws(RuleFailure) -> SeriesResponse {
            if let store = stores[request] { return try store.get().selectPacked(request) }
            guard let response = series[request] else { throw .query("a selector was not fetched") }
            return try response.get()
        }
    }

    /// Fetches everything that `queries` need, concurrently; a failure concerns only who asked for it.
    ///
    /// Where the samples, or the answers, turn out not to tell enough, there is a second round.
    /// - Parameters:
    ///   - interval: How often the group asks; an answer that takes longer comes too late to be of use.
    ///   - offset: How far `time` lies behind the tick.
    ///   - keeps: Whether samples may be kept for the next tick.
    func fetch(
        _ queries: [Prepared], at time: Timestamp, interval: Duration = .zero, offset: Duration = .zero,
        keeps: Bool = true
    ) async -> Fetched {
        let limit = timeout ?? max(Self.shortestWait, interval)
        let isApproximate = await isApproximate(limit, matters: queries.contains(where: mattersHowWhole))
        var requests: [SeriesRequest: Bool] = [:]
        var texts: Set<String> = []
        var instead: Set<String> = []
        for query in queries {
            switch query.way {
            case .remote(let text): texts.insert(text)
            case .planned(let plan, let questions):
                if isApproximate, query.plan.needsWholeSamples, let question = query.plan.question {
                    instead.insert(question)
                    continue
                }
                texts.formUnion(questions)
                for request in plan.requests { requests[request] = query.plan.moves || requests[request] == true }
            case .refused: break
            }
        }
        var fetched = Fetched()
        let keeping = keeps && !isApproximate && window != nil ? offset : nil
        await fetch(requests, texts.union(instead), at: time, limit, offset: keeping, into: &fetched)
        for question in instead { fetched.instead[question] = fetched.answers[question] }
        await noteHistograms(&fetched)
        await secondRound(queries, at: time, limit, isApproximate, offset: keeping, &fetched)
        return fetched
    }

    private func secondRound(
        _ queries: [Prepared], at time: Timestamp, _ limit: Duration, _ isApproximate: Bool, offset: Duration?,
        _ fetched: inout Fetched
    ) async {
        var second: Set<String> = []
        var requests: [SeriesRequest: Bool] = [:]
        for query in queries {
            let questions = query.questions
            if !questions.isEmpty, questions.contains(where: { fetched.answers[$0]?.hasHistograms ?? false }) {
                // The query API shows histograms without their schema: only raw samples have them whole.
                if await self.isApproximate(limit, matters: true) { continue }
                let way = computedHere(query.plan, at: time)
                fetched.computed[query.plan.text] = way
                guard case .planned(let plan, _) = way else { continue }
                for request in plan.requests where fetched.series[request] == nil && fetched.stores[request] == nil {
                    requests[request] = query.plan.moves || requests[request] == true
                }
            } else if case .planned(let plan, _) = query.way, let question = query.plan.question,
                fetched.instead[question] == nil, plan.requests.contains(where: fetched.unfit.contains)
            {
                second.insert(question)
            }
        }
        if second.isEmpty, requests.isEmpty { return }
        await fetch(requests, second, at: time, limit, offset: offset, into: &fetched)
        for question in second { fetched.instead[question] = fetched.answers[question] }
    }

    /// Whether it makes a difference for a query how faithful the samples are.
    private func mattersHowWhole(_ query: Prepared) -> Bool {
        guard case .planned(let plan, _) = query.way, !plan.requests.isEmpty else { return false }
        return window != nil || (query.plan.needsWholeSamples && query.plan.question != nil)
    }

    private func isApproximate(_ limit: Duration, matters: Bool) async -> Bool {
        guard matters else { return false }
        let shortcomings = shortcomings
        return await Patience.within(limit) {
            await shortcomings.isApproximate()
        } otherwise: { _ in
            false
        }
    }

    private enum Piece: Sendable {
        case series(SeriesRequest, Result<SeriesResponse, RuleFailure>, isUnfit: Bool)
        case answers([String: Result<QueryResult, RuleFailure>])
        case kept(SampleWindow.Outcome)
    }

    private func fetch(
        _ requests: [SeriesRequest: Bool], _ texts: Set<String>, at time: Timestamp, _ limit: Duration,
        offset: Duration?,
        into fetched: inout Fetched
    ) async {
        var kept: Set<SeriesRequest> = []
        if offset != nil, window != nil {
            for (request, moves) in requests where moves && request.end <= time { kept.insert(request) }
        }
        await withTaskGroup(of: Piece.self) { group in
            if let window, let offset, !kept.isEmpty {
                let wanted = kept
                group.addTask { await .kept(window.fetch(wanted, at: time + offset, limit: limit)) }
            }
            for request in requests.keys where !kept.contains(request) {
                group.addTask { await fetch(request, limit) }
            }
            let open = texts.filter { fetched.answers[$0] == nil }
            if !open.isEmpty { group.addTask { .answers(await ask(Array(open), at: time, limit)) } }
            for await piece in group {
                switch piece {
                case .series(let request, let response, let isUnfit):
                    fetched.series[request] = response
                    if isUnfit { fetched.unfit.insert(request) }
                case .answers(let answers): fetched.answers.merge(answers) { $1 }
                case .kept(let outcome):
                    fetched.stores.merge(outcome.stores) { $1 }
                    fetched.unfit.formUnion(outcome.unfit)
                    fetched.isTypical = fetched.isTypical && outcome.isTypical
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
        await Patience.within(limit) {
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

    private func ask(
        _ texts: [String], at time: Timestamp, _ limit: Duration
    ) async -> [String: Result<QueryResult, RuleFailure>] {
        guard let server else {
            return Dictionary(uniqueKeysWithValues: texts.map { ($0, .failure(.query("no server to evaluate \($0)"))) })
        }
        return await Patience.within(limit) {
            let results = await server.instants(texts, at: time, timeout: limit)
            return Dictionary(
                uniqueKeysWithValues: zip(texts, results).map { text, result in
                    (text, result.mapError { RuleFailure.query("\($0)") })
                })
        } otherwise: { failure in
            Dictionary(uniqueKeysWithValues: texts.map { ($0, .failure(failure)) })
        }
    }
}

extension RuleQuerier.Prepared {
    /// What the server is asked for it.
    var questions: [String] {
        switch way {
        case .remote(let text): [text]
        case .planned(_, let questions): questions
        case .refused: []
        }
    }

    /// Whether anything must be fetched for it.
    var needsFetching: Bool {
        switch way {
        case .remote: true
        case .planned(let plan, let questions): !questions.isEmpty || !plan.requests.isEmpty
        case .refused: false
        }
    }
}

extension Result<QueryResult, RuleFailure> {
    /// Whether a sample of the answer is a native histogram.
    fileprivate var hasHistograms: Bool {
        guard case .success(let result) = self, case .vector(let samples) = result.value else { return false }
        return samples.contains { if case .histogram = $0.value { true } else { false } }
    }
}
