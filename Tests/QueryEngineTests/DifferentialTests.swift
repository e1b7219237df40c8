import Base
import Glibc
import PromQL
import PrometheusAPI
import TestSupport
import Testing
import TimeSeries

@testable import QueryEngine

@Suite("Random queries against a real Prometheus", .enabled(if: Surroundings.hasPeer("prometheus")))
struct DifferentialTests {
    static let count = Surroundings.isSoak ? 10_000 : 500

    @Test(
        "have the same answers and refusals", .timeLimit(.minutes(30)), .serialized,
        arguments: [[], [Feature.experimentalFunctions, .delayedNameRemoval]])
    func sameAnswers(_ features: [Feature]) async throws {
        guard let program = Surroundings.peer("prometheus") else { return }
        let seed = Surroundings.seed &+ UInt64(features.count)
        let server = try await PeerServer(program, features: features.map(\.rawValue))
        var data = RandomSeries(random: Random(seed: seed), start: Int64(RandomExpression.start) * 1000)
        let series = try await server.load(data.all())
        #expect(series.count > 60)
        var expressions = RandomExpression(
            random: Random(seed: seed &+ 1), isExperimental: features.contains(.experimentalFunctions))
        var doubtful: [(DifferentialCase, time: Int64?, text: String)] = []
        var refused = 0
        var done = 0
        while done < Self.count {
            var batch: [DifferentialCase] = []
            for number in done..<min(done + 50, Self.count) {
                let text = number % 10 == 9 ? expressions.broken() : expressions.next()
                batch.append(
                    DifferentialCase(
                        text: text, isRange: number % 2 == 1, features: Set(features),
                        offset: expressions.random.below(2600)))
            }
            done += batch.count
            let found = await withTaskGroup(of: (DifferentialCase, DifferentialCase.Outcome).self) { group in
                for one in batch { group.addTask { (one, await one.compare(server.client, series)) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for (one, outcome) in found {
                switch outcome {
                case .same(let isRefusal): refused += isRefusal ? 1 : 0
                case .different(let text, let time):
                    if await one.compareAlone(at: time, server.client, series) == nil {
                        doubtful.append((one, time, text))
                    }
                }
            }
        }
        // After thousands of queries some of the peer's buckets are spoiled for good: a new one judges.
        var differences: [String] = []
        if !doubtful.isEmpty {
            let fresh = try await PeerServer(program, features: features.map(\.rawValue))
            _ = try await fresh.load(series)
            for (one, time, text) in doubtful where await one.compareAlone(at: time, fresh.client, series) == nil {
                differences.append(text)
            }
        }
        let report = "\(Self.count) queries, \(refused) refused by both, \(differences.count) different (seed \(seed))"
        Surroundings.say("differential \(features.map(\.rawValue)): " + report)
        for difference in differences.prefix(40) { Issue.record("\(difference)") }
        #expect(differences.isEmpty, "\(report)")
    }
}

/// One query for both.
struct DifferentialCase: Sendable {
    let text: String
    let isRange: Bool
    let features: Set<Feature>
    /// Seconds behind the beginning of the data.
    let offset: Int

    enum Outcome: Sendable {
        case same(isRefusal: Bool)
        case different(String, at: Int64? = nil)
    }

    /// What somebody made of the query.
    private enum Result {
        case rows([Row])
        case refused(String)
    }

    /// A series and its samples by time.
    private struct Row {
        var labels: Labels
        var samples: [Int64: SampleValue]
    }

    private var start: Timestamp { Timestamp(seconds: Double(RandomExpression.start + offset)) }
    private var end: Timestamp { start + .seconds(300) }

    /// Compares again, alone and at the one step that differed.
    ///
    /// The peer reuses buckets of native histograms from step to step and from query to query: what is right then,
    /// was right before.
    func compareAlone(at time: Int64?, _ client: PrometheusClient, _ series: [Series]) async -> Outcome? {
        guard text.contains("size") || text.contains("swing") || text.contains("custom") || text.contains("mixed"),
            let time
        else { return nil }
        let offset = Int(time / 1000) - RandomExpression.start
        for _ in 0..<3 {
            let alone = await DifferentialCase(text: text, isRange: false, features: features, offset: offset).compare(
                client, series)
            if case .same = alone { return alone }
        }
        return nil
    }

    func compare(_ client: PrometheusClient, _ series: [Series]) async -> Outcome {
        let theirs = await theirResult(client)
        let ours = ourResult(series)
        let place = "\(isRange ? "range" : "instant") at \(offset): \(text)"
        switch (ours, theirs) {
        case (.refused, .refused): return .same(isRefusal: true)
        case (.refused(let message), .rows):
            // Since 3.10 partners are counted before a filter looks at their values.
            // The peer's lexer took spaces within durations.
            let isStricter =
                message.contains("many-to-one matching must be explicit")
                || message.contains("unexpected character in duration expression")
            return isStricter ? .same(isRefusal: true) : .different("\(place)\n  only we refuse: \(message)")
        case (.rows, .refused(let message)):
            return isKnownRefusal(message)
                ? .same(isRefusal: true) : .different("\(place)\n  only they refuse: \(message)")
        case (.rows(let ours), .rows(let theirs)):
            guard let (problem, time) = difference(ours, theirs) else { return .same(isRefusal: false) }
            return .different("\(place)\n  \(problem)", at: time)
        }
    }

    /// Refusals of the older peer for what the language takes by now.
    private func isKnownRefusal(_ message: String) -> Bool {
        // Since 3.8 series that differ by their names only are put together where they have no step in common.
        if message.contains("same labelset"), isRange { return true }
        // 3.11 made `</` and `>/` operators, 3.14 lets durations be calculated.
        if text.contains("</") || text.contains(">/") { return true }
        return message.contains("duration")
            || (message.contains("parse error") && (text.contains("[") || text.contains("offset")))
    }

    private func theirResult(_ client: PrometheusClient) async -> Result {
        do {
            let answer =
                isRange
                ? try await client.queryRange(text, start: start, end: end, step: .seconds(20))
                : try await client.query(text, at: start)
            switch answer.value {
            case .scalar(let value, let time):
                return .rows([Row(labels: .empty, samples: [time.milliseconds: .float(value)])])
            case .string(let value, _): return .rows([Row(labels: ["string": value], samples: [:])])
            case .vector(let samples):
                return .rows(samples.map { Row(labels: $0.labels, samples: [$0.timestamp.milliseconds: $0.value]) })
            case .matrix(let series): return .rows(series.map(Self.row))
            }
        } catch {
            return .refused("\(error)")
        }
    }

    private func ourResult(_ series: [Series]) -> Result {
        do {
            let expression = try PromQLParser.parse(text, options: ParserOptions(features: features))
            let kind: QueryPlan.Kind = isRange ? .range(start: start, end: end, step: .seconds(20)) : .instant(start)
            var options = QueryOptions()
            options.features = features
            let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
            let source = MemorySource(series: series)
            switch try plan.evaluate(responses: plan.requests.map(source.answer)).value {
            case .scalar(let value, let time):
                return .rows([Row(labels: .empty, samples: [time.milliseconds: .float(value)])])
            case .string(let value, _): return .rows([Row(labels: ["string": value], samples: [:])])
            case .vector(let samples):
                return .rows(samples.map { Row(labels: $0.labels, samples: [$0.timestamp.milliseconds: $0.value]) })
            case .matrix(let series): return .rows(series.map(Self.row))
            }
        } catch {
            return .refused("\(error)")
        }
    }

    private static func row(_ series: Series) -> Row {
        Row(
            labels: series.labels,
            samples: Dictionary(
                series.timestamps.indices.map { (series.timestamps[$0], series.sample(at: $0)) },
                uniquingKeysWith: { $1 }))
    }

    /// What differs, and when, where it is one sample.
    private func difference(_ ours: [Row], _ theirs: [Row]) -> (String, Int64?)? {
        let known = Dictionary(ours.map { ($0.labels, $0) }, uniquingKeysWith: { $1 })
        for row in theirs {
            guard let own = known[row.labels] else {
                return ("we lack \(row.labels) of \(theirs.count), have \(ours.map(\.labels).prefix(5))", nil)
            }
            for time in Set(row.samples.keys).union(own.samples.keys).sorted() {
                let pair = (own.samples[time], row.samples[time])
                if !Self.isSame(pair.0, pair.1), !isExtrapolatedLess(pair.0, pair.1) {
                    let texts = "ours \(pair.0?.text ?? "none"), theirs \(pair.1?.text ?? "none")"
                    return ("\(row.labels) at \(time): \(texts)", time)
                }
            }
        }
        if ours.count == theirs.count { return nil }
        let extra = Set(known.keys).subtracting(theirs.map(\.labels))
        return ("we have \(ours.count) series, they \(theirs.count); only ours: \(extra.sorted().prefix(3))", nil)
    }

    /// Whether ours is theirs, scaled down, of a rate of a subquery over histograms.
    ///
    /// Near zero 3.14 extrapolates histograms no further than to zero, as floats; 3.5 does.
    private func isExtrapolatedLess(_ ours: SampleValue?, _ theirs: SampleValue?) -> Bool {
        guard text.contains("rate(") || text.contains("increase("), text.contains(":"),
            case .histogram(let a)? = ours, case .histogram(let b)? = theirs
        else { return false }
        let factor = a.count / b.count
        return factor > 0 && factor < 1 && Self.isSame(.histogram(a), .histogram(b.scaled(by: factor)))
    }

    private static func isSame(_ ours: SampleValue?, _ theirs: SampleValue?) -> Bool {
        switch (ours, theirs) {
        case (nil, nil): return true
        case (.float(let a)?, .float(let b)?): return isClose(a, b)
        case (.histogram(let a)?, .histogram(let b)?):
            guard isClose(a.count, b.count), isClose(a.sum, b.sum) else { return false }
            // Where the peer spoiled its buckets they no longer add up to its count.
            let (own, its) = (Self.observations(a), Self.observations(b))
            if isClose(own, a.count), !isClose(its, b.count) { return true }
            let (mine, other) = (a.allBuckets.filter { $0.count != 0 }, b.allBuckets.filter { $0.count != 0 })
            return mine.count == other.count
                && zip(mine, other).allSatisfy {
                    isClose($0.lower, $1.lower) && isClose($0.upper, $1.upper) && isClose($0.count, $1.count)
                }
        default: return false
        }
    }

    /// What all buckets hold together; a negative zero bucket is among them, which lists of buckets leave out.
    private static func observations(_ histogram: FloatHistogram) -> Double {
        (histogram.positiveBuckets + histogram.negativeBuckets).reduce(histogram.zeroCount, +)
    }

    private static func isClose(_ a: Double, _ b: Double) -> Bool {
        if a.isNaN || b.isNaN { return a.isNaN && b.isNaN }
        if a == b { return true }
        return (a - b).magnitude <= 1e-9 * max(a.magnitude, b.magnitude) + 1e-12
    }
}

extension Surroundings {
    /// RULEVAL_SEED, else a fixed one.
    static var seed: UInt64 { getenv("RULEVAL_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_260_801 }
}
