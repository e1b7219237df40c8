import Base
import PromQL
import QueryEngine
import Testing
import TimeSeries

@Suite("Queries over the embedded store")
struct StoreSourceTests {
    @Test("give what they give over whole series, whatever is still compressed", arguments: [1, 2] as [UInt64])
    func sameAnswers(_ seed: UInt64) async throws {
        var data = RandomSeries(random: Random(seed: seed), start: Int64(RandomExpression.start) * 1000)
        let series = data.all()
        let store = EmbeddedStore()
        #expect(store.append(series).isEmpty)
        // Samples before the overlay's first one come from the store, decoded.
        let overlay = EmbeddedStore()
        let whole = MemorySource(series: store.select(everything).series)
        let sources: [any SeriesSource] = [store, OverlaySource(overlay: overlay, base: store)]
        var expressions = RandomExpression(random: Random(seed: seed &+ 7), isExperimental: true)
        var options = QueryOptions()
        options.features = [.experimentalFunctions]
        let engine = QueryEngine(options: options)
        var answered = 0
        for number in 0..<60 {
            let text = expressions.next()
            guard let expression = try? PromQLParser.parse(text, options: .everything) else { continue }
            let start = Timestamp(seconds: Double(RandomExpression.start + 900 + number))
            let kind: QueryPlan.Kind =
                number % 2 == 0
                ? .instant(start) : .range(start: start, end: start + .seconds(600), step: .seconds(20))
            guard let plan = try? QueryPlan(expression, source: text, kind: kind, options: options) else { continue }
            let expected = await outcome { try await engine.run(plan, whole) }
            for source in sources {
                let found = await outcome { try await engine.run(plan, source) }
                // As texts, in which NaN is like NaN.
                #expect("\(found)" == "\(expected)", "\(text) \(kind)")
            }
            if case .success = expected { answered += 1 }
        }
        #expect(answered > 40)
    }

    private var everything: SeriesRequest {
        SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)
    }

    private func outcome(_ work: () async throws -> QueryResult) async -> Result<QueryResult, QueryError> {
        do {
            return .success(try await work())
        } catch let error as QueryError {
            return .failure(error)
        } catch {
            return .failure(QueryError(.execution, "\(error)"))
        }
    }

    @Test("see no sample that has gone with the retention")
    func retention() async throws {
        let store = EmbeddedStore(limits: .init(retention: .seconds(60)))
        store.append([
            Series(
                labels: ["__name__": "m"], timestamps: (0..<40).map { $0 * 10_000 }, values: (0..<40).map(Double.init))
        ])
        let engine = QueryEngine()
        let result = try await engine.instant(
            PromQLParser.parse("count_over_time(m[10m])"), at: Timestamp(seconds: 390), source: store)
        guard case .vector(let samples) = result.value else {
            Issue.record("no vector")
            return
        }
        #expect(samples.map(\.value) == [.float(7)])
    }

    /// Enough series that they are shared out among threads.
    private static let many: [Series] = (0..<900).map { number in
        var series = Series(labels: Labels([("__name__", "m_total"), ("l", "\(number)"), ("g", "\(number % 7)")]))
        for place in 0..<120 {
            let isMarker = place == 50 && number == 5
            let value = isMarker ? StaleMarker.value : Double(place * number % 97) / 10
            series.append(.float(value), at: Int64(place * 15_000 + number))
        }
        return series
    }

    private func rows(_ text: String, _ series: [Series]) throws -> [Labels: [UInt64]] {
        let end = Timestamp(seconds: 1700)
        let plan = try QueryPlan(
            PromQLParser.parse(text), source: text,
            kind: .range(start: end - .seconds(1500), end: end, step: .seconds(5)))
        let responses = plan.requests.map { _ in SeriesResponse(series: series) }
        guard case .matrix(let found) = try plan.evaluate(responses: responses).value else { return [:] }
        return Dictionary(uniqueKeysWithValues: found.map { ($0.labels, $0.values.map(\.bitPattern)) })
    }

    @Test("of many series give each what it gives alone", arguments: ["m_total", "rate(m_total[5m])", "-m_total"])
    func shared(_ text: String) throws {
        let all = try rows(text, Self.many)
        #expect(all.count == 900)
        for series in Self.many.prefix(20) {
            for (labels, values) in try rows(text, [series]) { #expect(all[labels] == values) }
        }
    }

    @Test(
        "fold many series in the same order every time", arguments: ["sum", "avg", "stddev", "min", "count", "group"])
    func folded(_ aggregation: String) throws {
        let text = "\(aggregation) by (g) (m_total)"
        let first = try rows(text, Self.many)
        #expect(first.count == 7)
        for _ in 0..<3 { #expect(try rows(text, Self.many) == first) }
        // A table that is too small to be shared out folds the same way.
        let some = Self.many.filter { $0.labels.value(of: "g") == "3" }
        for (labels, values) in try rows(text, some) { #expect(first[labels] == values) }
    }
}
