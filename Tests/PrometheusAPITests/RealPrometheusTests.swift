import Base
import HTTPTransport
import TestSupport
import Testing
import TimeSeries

@testable import PrometheusAPI

@Suite("Against a real Prometheus", .enabled(if: Surroundings.hasPeer("prometheus")))
struct RealPrometheusTests {
    static let end = SystemClock().now()

    static func at(_ seconds: Int64) -> Int64 { end.milliseconds - seconds * 1000 }

    static let exponential = FloatHistogram(
        schema: 2, zeroThreshold: 0.001, zeroCount: 3, count: 14, sum: 22.5,
        positiveSpans: [.init(offset: -2, length: 2), .init(offset: 3, length: 1)],
        negativeSpans: [.init(offset: 4, length: 1)],
        positiveBuckets: [2, 3, 5], negativeBuckets: [1])
    static let custom = FloatHistogram(
        schema: FloatHistogram.customBucketsSchema, count: 6, sum: 9, positiveSpans: [.init(offset: 0, length: 3)],
        positiveBuckets: [1, 2, 3], customValues: [0.5, 1])

    static func samples() -> [Series] {
        let times = [at(30), at(20), at(10)]
        return [
            Series(
                labels: ["__name__": "t_float", "a": "b\"\n", "ünï": "cödé"], timestamps: times,
                values: [1, 2.5, -1e-7]),
            Series(
                labels: ["__name__": "t_float", "cluster": "own"], timestamps: times, values: [.infinity, .nan, 3]),
            Series(labels: ["__name__": "t_stale"], timestamps: times, values: [1, StaleMarker.value, 2]),
            Series(
                labels: ["__name__": "t_exponential"], timestamps: [times[1]], values: [22.5], histograms: [exponential]
            ),
            Series(labels: ["__name__": "t_custom"], timestamps: [times[1]], values: [9], histograms: [custom]),
        ]
    }

    static func request(_ name: String) -> SeriesRequest {
        SeriesRequest(
            matchers: [LabelMatcher("__name__", equals: name)], start: Timestamp(milliseconds: at(60)), end: end)
    }

    static func sorted(_ series: [Series]) -> [Series] { series.sorted { $0.labels < $1.labels } }

    @Test func whatIsWrittenIsReadBackWholeByRemoteRead() async throws {
        guard let server = try await RealPrometheus.start(externalLabels: "{cluster: c1, zone: z}") else { return }
        let samples = Self.samples()
        try await server.push(samples)
        let source = PrometheusSource(server.client)
        let names = ["t_float", "t_stale", "t_exponential", "t_float", "t_none"]
        let answers = try await source.fetch(names.map(Self.request))
        #expect(source.fidelity == .whole)
        #expect(answers.count == names.count)
        #expect(Self.sorted(answers[0].series) == Self.sorted(Array(samples[0...1])))
        #expect(answers[1].series == [samples[2]])
        #expect(answers[3].series.count == 2)
        #expect(answers[4].series.isEmpty)
        #expect(answers[2].series == [samples[3]])
        // The label that the server adds must not be taken for one that series have.
        let added = try await source.fetch([
            SeriesRequest(
                matchers: [LabelMatcher("__name__", equals: "t_float"), LabelMatcher("cluster", equals: "c1")],
                start: Timestamp(milliseconds: Self.at(60)), end: Self.end)
        ])
        #expect(added[0].series.isEmpty)
    }

    @Test func customBucketsAreReadWholeOrNotAtAll() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        try await server.push(Self.samples())
        do {
            let answers = try await PrometheusSource(server.client).fetch([Self.request("t_custom")])
            #expect(answers[0].series == [Self.samples()[4]])
        } catch let error as PrometheusError {
            // Prometheus 3.5 leaves out their bounds.
            #expect(error.kind == .incomplete)
        }
    }

    @Test func queriesAreAnswered() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        try await server.push(Self.samples())
        let time = Timestamp(milliseconds: Self.at(10))
        let vector = try await server.client.query("sum(t_float{a!=\"\"}) + 1", at: time)
        #expect(vector.value == .vector([InstantSample(labels: .empty, timestamp: time, value: .float(1 - 1e-7))]))
        #expect(try await server.client.query("vector(1) > 2", at: time).value == .vector([]))
        #expect(try await server.client.query("1 / 0", at: time).value == .scalar(.infinity, at: time))
        #expect(try await server.client.query("\"a\\n\"", at: time).value == .string("a\n", at: time))
        let range = try await server.client.queryRange(
            "t_float{a!=\"\"} * 2", start: Timestamp(milliseconds: Self.at(30)), end: time, step: .seconds(10))
        let labels: Labels = ["a": "b\"\n", "ünï": "cödé"]
        let times = [Self.at(30), Self.at(20), Self.at(10)]
        #expect(range.value == .matrix([Series(labels: labels, timestamps: times, values: [2, 5, -2e-7])]))
        let warned = try await server.client.query("histogram_quantile(2, t_exponential)", at: time)
        #expect(warned.warnings.count == 1)
        let informed = try await server.client.query("rate(t_float[1m])", at: time)
        #expect(informed.infos.count == 1)
        #expect(try await server.client.data("/api/v1/label/__name__/values").array?.count == 4)
    }

    @Test func histogramsInJSONAreRead() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        try await server.push(Self.samples())
        for (name, original) in [("t_exponential", Self.exponential), ("t_custom", Self.custom)] {
            let answer = try await server.client.query(name, at: Self.end)
            guard case .vector(let elements) = answer.value, case .histogram(let found)? = elements.first?.value else {
                Issue.record("no histogram")
                continue
            }
            #expect(found.schema == original.schema)
            #expect(found.count == original.count)
            #expect(found.sum == original.sum)
            #expect(found.zeroCount == original.zeroCount)
            #expect(found.zeroThreshold == original.zeroThreshold)
            #expect(found.positiveSpans == original.positiveSpans)
            #expect(found.positiveBuckets == original.positiveBuckets)
            #expect(found.negativeBuckets == original.negativeBuckets)
            #expect(found.customValues == original.customValues)
        }
    }

    @Test func refusalsCarryTheServersReason() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        let error = await #expect(throws: PrometheusError.self) { try await server.client.query("up{", at: Self.end) }
        #expect(error?.kind == .refused(type: "bad_data", status: 400))
        #expect(error?.isTemporary == false)
        #expect(error?.message.hasPrefix("bad_data: invalid parameter \"query\": 1:4: parse error") == true)
    }

    @Test func bothEndsOfARangeBelongToIt() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        try await server.push(Self.samples())
        let matchers = [LabelMatcher("__name__", equals: "t_float"), LabelMatcher("a", equals: "b\"\n")]
        for (first, last, expected) in [(30, 10, 3), (29, 11, 1), (20, 20, 1), (19, 11, 0), (30, 20, 2)]
            as [(Int64, Int64, Int)]
        {
            let request = SeriesRequest(
                matchers: matchers, start: Timestamp(milliseconds: Self.at(first)),
                end: Timestamp(milliseconds: Self.at(last)))
            let read = try await PrometheusSource(server.client).fetch([request])
            let asked = try await server.client.readByQuery(request, budget: ByteBudget(1 << 20))
            #expect(read[0].series.first?.count ?? 0 == expected, "remote read of \(first) to \(last)")
            let shown = asked.series.map { $0.values.filter { !StaleMarker.isStale($0) } }
            #expect(shown == read[0].series.map(\.values), "range selector of \(first) to \(last)")
        }
    }

    @Test func aSeriesThatHasEndedIsKnownToHaveEndedWithoutRemoteReadToo() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        let times = [Self.at(30), Self.at(20)]
        try await server.push([
            Series(labels: ["__name__": "t_ended"], timestamps: times, values: [1, StaleMarker.value]),
            Series(labels: ["__name__": "t_ended", "alive": "yes"], timestamps: times, values: [1, 2]),
        ])
        let series = Self.sorted(
            try await server.client.readByQuery(Self.request("t_ended"), budget: ByteBudget(1 << 20)).series)
        #expect(series.map(\.timestamps) == [[Self.at(30), Self.at(30) + 1], times])
        #expect(StaleMarker.isStale(series[0].values[1]))
    }

    @Test func rangeSelectorsGiveTheSameFloats() async throws {
        guard let server = try await RealPrometheus.start() else { return }
        let samples = Self.samples()
        try await server.push(samples)
        let response = try await server.client.readByQuery(Self.request("t_float"), budget: ByteBudget(1 << 20))
        // A NaN may change its bits on the way through JSON: it is compared as text.
        #expect(
            "\(Self.sorted(response.series).map(\.values))" == "\(Self.sorted(Array(samples[0...1])).map(\.values))")
        #expect(Self.sorted(response.series).map(\.timestamps) == Self.sorted(Array(samples[0...1])).map(\.timestamps))
    }
}
