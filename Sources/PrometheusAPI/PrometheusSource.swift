import Base
import HTTPTransport
import TimeSeries

/// Raw samples of a Prometheus-compatible server, for evaluation here.
///
/// Remote read first; where a server has none (found out once), range selectors over the query API. All requests of a
/// fetch go out concurrently, equal ones once, and all answers share one bound of memory.
public final class PrometheusSource: SeriesSource {
    /// How faithful the samples of a server are.
    public enum Fidelity: Sendable {
        /// Staleness markers and native histograms whole.
        case whole
        /// Floats; of staleness markers only the last one of a series that is not alive at the end of a request, and
        /// histograms as far as the query API shows them. Subqueries and range queries over instant selectors, and what
        /// depends on histograms, must be asked of the server itself.
        case floats
    }

    /// The server.
    public let client: PrometheusClient
    private let clock: any WallClock
    private let knowledge: ServerKnowledge

    /// Questions under way at once.
    private static let width = 8
    /// Requests put into one question at most.
    private static let batch = 32

    /// Fetches through `client`.
    /// - Parameter knowledge: What is known of the server, and who is told what is found out.
    public init(
        _ client: PrometheusClient, clock: any WallClock = SystemClock(), knowledge: ServerKnowledge = ServerKnowledge()
    ) {
        self.client = client
        self.clock = clock
        self.knowledge = knowledge
    }

    /// How faithful this server's samples are; nil until the first fetch.
    public var fidelity: Fidelity? { knowledge.fidelity }

    /// Finds out how faithful this server's samples are, when that is not known yet.
    /// - Throws: ``PrometheusError`` when the server does not answer.
    public func findFidelity() async throws(PrometheusError) -> Fidelity {
        if let fidelity { return fidelity }
        let now = clock.now()
        let probe = SeriesRequest(matchers: [LabelMatcher("__name__", equals: "up")], start: now, end: now)
        _ = try await answer([probe])
        return fidelity ?? .floats
    }

    /// Answers all requests, in their order.
    /// - Throws: ``PrometheusError`` when one of them has no complete answer.
    public func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        try await answer(requests)
    }

    private func answer(_ requests: [SeriesRequest]) async throws(PrometheusError) -> [SeriesResponse] {
        var places: [SeriesRequest: Int] = [:]
        var unique: [SeriesRequest] = []
        for request in requests where places[request] == nil {
            places[request] = unique.count
            unique.append(request)
        }
        guard !unique.isEmpty else { return [] }
        let budget = ByteBudget(client.settings.maximumResponseBytes)
        var answers: [SeriesResponse]?
        if fidelity != .floats { answers = try await byRemoteRead(unique, budget) }
        let found: [SeriesResponse]
        if let answers { found = answers } else { found = try await byQuery(unique, budget) }
        return requests.map { request in places[request].map { found[$0] } ?? SeriesResponse(series: []) }
    }

    /// nil when the server has no remote read.
    private func byRemoteRead(_ requests: [SeriesRequest], _ budget: ByteBudget)
        async throws(PrometheusError) -> [SeriesResponse]?
    {
        let external = try await externalLabels()
        let size = max(1, min(Self.batch, (requests.count + Self.width - 1) / Self.width))
        let batches = stride(from: 0, to: requests.count, by: size).map {
            Array(requests[$0..<min($0 + size, requests.count)])
        }
        let client = client
        let outcomes = try await concurrently(batches) { batch async throws(PrometheusError) in
            try await client.read(batch, externalLabels: external, budget: budget)
        }
        var answers: [SeriesResponse] = []
        for outcome in outcomes {
            switch outcome {
            case .answered(let lists): answers += lists.map { SeriesResponse(series: $0) }
            case .notOffered(let reason):
                knowledge.note(.floats, reason: reason)
                return nil
            }
        }
        knowledge.note(.whole)
        return answers
    }

    private func byQuery(_ requests: [SeriesRequest], _ budget: ByteBudget)
        async throws(PrometheusError) -> [SeriesResponse]
    {
        let client = client
        return try await concurrently(requests) { request async throws(PrometheusError) in
            try await client.readByQuery(request, budget: budget)
        }
    }

    /// Runs `work` for each item, ``width`` at a time; the first failure ends all.
    private func concurrently<Item: Sendable, Output: Sendable>(
        _ items: [Item], _ work: @escaping @Sendable (Item) async throws(PrometheusError) -> Output
    ) async throws(PrometheusError) -> [Output] {
        if items.count == 1 { return [try await work(items[0])] }
        let results: Result<[Output], PrometheusError> = await withTaskGroup(
            of: (Int, Result<Output, PrometheusError>).self
        ) { group in
            var outputs = [Output?](repeating: nil, count: items.count)
            var next = 0
            func addNext() {
                guard next < items.count else { return }
                let (index, item) = (next, items[next])
                next += 1
                group.addTask {
                    do throws(PrometheusError) { return (index, .success(try await work(item))) } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for _ in 0..<min(Self.width, items.count) { addNext() }
            for await (index, result) in group {
                switch result {
                case .success(let output): outputs[index] = output
                case .failure(let error):
                    group.cancelAll()
                    return .failure(error)
                }
                addNext()
            }
            return .success(outputs.compactMap { $0 })
        }
        return try results.get()
    }

    /// The labels that the server adds in remote read but not in queries; asked for at most once a minute.
    private func externalLabels() async throws(PrometheusError) -> Labels {
        let now = clock.now()
        if let known = knowledge.external, now >= known.asked, now - known.asked < .seconds(60) {
            return known.labels
        }
        let shown = try await ServerLabels.external(of: client)
        let unshown =
            "\(client.host) does not show its configuration: taking it for one without external labels"
        knowledge.note(
            ServerLabels(labels: shown ?? .empty, asked: now), unshown: shown == nil ? unshown : nil)
        return shown ?? .empty
    }
}
