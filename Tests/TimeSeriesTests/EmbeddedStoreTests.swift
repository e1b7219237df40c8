import Base
import TestSupport
import Testing

@testable import TimeSeries

@Suite("The embedded store")
struct EmbeddedStoreTests {
    private func series(_ labels: Labels, _ samples: [(Int64, Double)]) -> Series {
        Series(labels: labels, timestamps: samples.map(\.0), values: samples.map(\.1))
    }

    private func request(
        _ matchers: [LabelMatcher], _ start: Int64 = .min, _ end: Int64 = .max
    ) -> SeriesRequest {
        SeriesRequest(
            matchers: matchers, start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
    }

    private let up: Labels = ["__name__": "up", "job": "api"]
    private let named = [LabelMatcher("__name__", equals: "up")]

    @Test(arguments: UInt64(1)...12)
    func givesBackEveryBit(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var expected = Series(labels: up)
        var time: Int64 = -5_000_000_000_000
        var value = 0.0
        for index in 0..<3000 {
            time += Int64(random.next() % (index % 700 == 0 ? 1 << 40 : 40)) + 1
            switch random.next() % 40 {
            case 0: value = Double(bitPattern: random.next())
            case 1: value = StaleMarker.value
            case 2: value = Double(Int64(bitPattern: random.next()) >> 11)
            case 3: value = -0.0
            case 4: value = .infinity
            case 5 where seed % 2 == 0: value = Double(random.next() % 1000) / 8
            case 6 where seed == 9: value = Double(random.next() % (1 << 52)) / 10
            case 6... where seed > 8:
                // Decimals of few digits, most often of as many as before.
                let digits = [10.0, 10, 10, 10, 100, 1000, 10_000, 100_000][Int(random.next() % (seed == 12 ? 8 : 4))]
                value = Double(Int64(random.next() % 4000) - 2000) / digits
            default: value = (value.isFinite ? value.rounded() : 0) + Double(random.next() % 200)
            }
            expected.timestamps.append(time)
            expected.values.append(value)
        }
        let store = EmbeddedStore()
        #expect(store.append([expected]).isEmpty)
        let found = store.select(request(named)).series
        #expect(found == [expected])
        let part = store.select(request(named, expected.timestamps[1000], expected.timestamps[1500])).series
        #expect(part.first?.timestamps == Array(expected.timestamps[1000...1500]))
    }

    @Test func samplesOutOfPlaceAreNamedOneByOne() {
        let store = EmbeddedStore(limits: .init(retention: .seconds(100)))
        #expect(store.append([series(up, [(1000, 1), (2000, 2)])]).isEmpty)
        let rejected = store.append([series(up, [(1500, 1), (2000, 2), (2000, 3), (3000, 4)])])
        #expect(rejected.map(\.reason) == [.outOfOrder, .duplicate])
        #expect(rejected.map(\.sample) == [0, 2])
        #expect(store.append([series(up, [(200_000, 1)])]).isEmpty)
        let late = store.append([series(["__name__": "late"], [(99_999, 1), (100_000, 1)])])
        #expect(late == [EmbeddedStore.Rejection(series: 0, sample: 0, reason: .tooOld)])
    }

    @Test func ageIsCountedFromTheNewestSampleHeld() {
        let store = EmbeddedStore(limits: .init(retention: .seconds(10)))
        store.append([series(up, (0..<1000).map { ($0 * 1000, Double($0)) })])
        #expect(
            store.select(request(named)).series.first?.timestamps
                == Array(stride(from: 989_000, through: 999_000, by: 1000)))
        #expect(store.statistics.samples < 250)
        store.append([series(["__name__": "other"], [(2_000_000, 1)])])
        #expect(store.series(named).isEmpty)
        #expect(store.labelValues("__name__") == ["other"])
        #expect(store.statistics.series == 1)
    }

    @Test func theOldestSamplesGoWhenBytesRunOut() {
        let store = EmbeddedStore(limits: .init(maximumBytes: 60_000))
        var random = SeededGenerator(seed: 9)
        for step in 0..<200 {
            let batch = (0..<20).map { number in
                let values = (0..<10).map { (Int64(step * 10 + $0) * 1000, Double(random.next() % 1_000_000) / 7) }
                return series(["__name__": "up", "n": "\(number)"], values)
            }
            store.append(batch)
            #expect(store.statistics.bytes <= 60_000)
        }
        let found = store.select(request(named)).series
        #expect(found.count == 20)
        #expect(found.allSatisfy { $0.timestamps.last == 1_999_000 && ($0.timestamps.first ?? 0) > 500_000 })
    }

    @Test func matchersFindSeriesThroughTheIndex() throws {
        let store = EmbeddedStore()
        store.append([
            series(up, [(1, 1)]), series(["__name__": "up", "job": "web"], [(1, 1)]),
            series(["__name__": "up"], [(1, 1)]), series(["__name__": "down", "job": "api"], [(5, 1)]),
        ])
        func count(_ matchers: LabelMatcher...) -> Int { store.series(matchers).count }
        #expect(try count(LabelMatcher("job", .matches, "a.*")) == 2)
        #expect(try count(LabelMatcher("job", .notEqual, "api"), LabelMatcher("__name__", equals: "up")) == 2)
        #expect(count(LabelMatcher("job", equals: ""), LabelMatcher("__name__", equals: "up")) == 1)
        #expect(try count(LabelMatcher("job", .notMatches, "a.*|")) == 1)
        #expect(count(LabelMatcher("nope", equals: "x")) == 0)
        #expect(count(LabelMatcher("job", equals: "api"), LabelMatcher("__name__", equals: "up")) == 1)
        #expect(count(LabelMatcher("job", equals: "api"), LabelMatcher("job", equals: "web")) == 0)
        #expect(try count(LabelMatcher("job", .matches, "a.*|web"), LabelMatcher("__name__", .notEqual, "up")) == 1)
        #expect(try count(LabelMatcher("job", .notMatches, "w.*"), LabelMatcher("__name__", .matches, "up|x")) == 2)
        #expect(try count(LabelMatcher("nope", .notEqual, "x"), LabelMatcher("job", .notEqual, "")) == 3)
        #expect(try count(LabelMatcher("job", .matches, "|api"), LabelMatcher("__name__", .matches, ".+")) == 3)
        #expect(try count(LabelMatcher("job", .matches, ".*")) == 4)
        #expect(store.labelNames() == ["__name__", "job"])
        #expect(store.labelValues("job", [LabelMatcher("__name__", equals: "down")]) == ["api"])
        #expect(store.labelValues("__name__", end: Timestamp(milliseconds: 2)) == ["up"])
        #expect(store.select(request([LabelMatcher("__name__", equals: "down")], 0, 4)).series.isEmpty)
    }

    @Test func floatsAndHistogramsShareASeries() {
        func histogram(_ count: Double) -> FloatHistogram {
            FloatHistogram(count: count, sum: 1, positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [count])
        }
        var mixed = Series(labels: up)
        mixed.append(.float(1), at: 1)
        mixed.append(.histogram(histogram(2)), at: 2)
        mixed.append(.histogram(histogram(3)), at: 3)
        mixed.append(.histogram(histogram(1)), at: 4)
        mixed.append(.float(StaleMarker.value), at: 5)
        let store = EmbeddedStore()
        #expect(store.append([mixed]).isEmpty)
        let found = store.select(request(named)).series.first
        #expect(found?.timestamps == [1, 2, 3, 4, 5])
        #expect(found?.histograms.map { $0?.counterResetHint } == [nil, .unknown, .notReset, .unknown, nil])
        var broken = histogram(1)
        broken.positiveBuckets = []
        #expect(throws: EmbeddedStore.Refusal.histogram(.bucketsMissing)) {
            try store.append(.histogram(broken), up, at: Timestamp(milliseconds: 9))
        }
    }

    @Test func readersAndAWriterDoNotDisturbEachOther() async {
        let store = EmbeddedStore(limits: .init(retention: .seconds(50)))
        let matchers = named
        let labels = (0..<10).map { Labels([("__name__", "up"), ("n", "\($0)")]) }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for step in 0..<2000 {
                    store.append(
                        labels.map { Series(labels: $0, timestamps: [Int64(step) * 1000], values: [Double(step)]) })
                }
                return true
            }
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<200 {
                        let answer = store.select(
                            SeriesRequest(matchers: matchers, start: .distantPast, end: .distantFuture))
                        for series in answer.series {
                            for (time, value) in zip(series.timestamps, series.values)
                            where Double(time) != value * 1000 {
                                return false
                            }
                        }
                    }
                    return true
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test func theOverlayWinsFromItsFirstSampleOn() async throws {
        let base = EmbeddedStore()
        let overlay = EmbeddedStore()
        base.append([
            series(up, [(1000, 1), (2000, 2), (3000, 3), (4000, 4)]),
            series(["__name__": "up", "job": "b"], [(1000, 9)]),
        ])
        overlay.append([series(up, [(2500, 20)]), series(["__name__": "up", "job": "new"], [(3000, 7)])])
        let source = OverlaySource(overlay: overlay, base: base)
        let all = try await source.fetch([request(named)])[0].series.sorted { $0.labels < $1.labels }
        #expect(all.map(\.timestamps) == [[1000, 2000, 2500], [1000], [3000]])
        // Nothing of the overlay lies in this range, yet it hides the base from 2500 on.
        let later = try await source.fetch([request(named, 3500, 5000)])[0].series
        #expect(later.isEmpty)
        let before = try await source.fetch([request(named, 0, 2000)])[0].series
        #expect(before.first { $0.labels == up }?.timestamps == [1000, 2000])
    }
}
