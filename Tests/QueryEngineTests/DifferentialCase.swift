import Base
import PromQL
import PrometheusAPI
import TimeSeries

@testable import Daemon
@testable import QueryEngine
@testable import Ruler

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

        /// What `body` gives.
        init(_ body: () throws -> QueryValue) {
            do {
                switch try body() {
                case .scalar(let value, let time):
                    self = .rows([Row(labels: .empty, samples: [time.milliseconds: .float(value)])])
                case .string(let value, _): self = .rows([Row(labels: ["string": value], samples: [:])])
                case .vector(let samples):
                    self = .rows(
                        samples.map { Row(labels: $0.labels, samples: [$0.timestamp.milliseconds: $0.value]) })
                case .matrix(let series): self = .rows(series.map(DifferentialCase.row))
                }
            } catch {
                self = .refused("\(error)")
            }
        }
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
        return judge(ours: Result { try ourValue(series) }, theirs: theirs)
    }

    /// Compares what rules are given, at an instant.
    func compare(_ client: PrometheusClient, through querier: RuleQuerier) async -> Outcome {
        let theirs = await theirResult(client)
        do throws(RuleFailure) {
            let found = try await querier.query(text, at: start, recorded: RecordedNames([]))
            return judge(ours: Result { found.value }, theirs: theirs)
        } catch {
            return judge(ours: .refused("\(error)"), theirs: theirs)
        }
    }

    private func judge(ours: Result, theirs: Result) -> Outcome {
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
            return Result { QueryResult(answer).value }
        } catch {
            return .refused("\(error)")
        }
    }

    private func ourValue(_ series: [Series]) throws -> QueryValue {
        let expression = try PromQLParser.parse(text, options: ParserOptions(features: features))
        let kind: QueryPlan.Kind = isRange ? .range(start: start, end: end, step: .seconds(20)) : .instant(start)
        var options = QueryOptions()
        options.features = features
        let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
        let source = MemorySource(series: series)
        return try plan.evaluate(responses: plan.requests.map(source.answer)).value
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
