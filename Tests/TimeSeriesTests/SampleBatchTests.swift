import Base
import TestSupport
import Testing

@testable import TimeSeries

@Suite("Batches of samples from a sender")
struct SampleBatchTests {
    /// What a store must do with batches, said in the plainest way.
    private struct Model {
        var held: [Labels: Series] = [:]
        let latest: Int64

        mutating func isTaken(_ batch: [Series]) -> Bool {
            for series in batch where series.timestamps.indices.contains(where: { isRefused(series, $0) }) {
                return false
            }
            for series in batch { for place in 0..<series.count { take(series, place) } }
            return true
        }

        /// How many are refused.
        mutating func refusals(_ batch: [Series]) -> Int {
            var wanted: [(series: Series, place: Int)] = []
            for series in batch {
                for place in 0..<series.count where !isRefused(series, place) { wanted.append((series, place)) }
            }
            for one in wanted { take(one.series, one.place) }
            return batch.reduce(0) { $0 + $1.count } - wanted.count
        }

        private func isRefused(_ series: Series, _ place: Int) -> Bool {
            let time = series.timestamps[place]
            if time > latest { return true }
            guard let old = held[series.labels], let last = old.timestamps.last, time <= last else { return false }
            return time < last || !Self.isSame(old.sample(at: old.count - 1), series.sample(at: place))
        }

        private static func isSame(_ left: SampleValue, _ right: SampleValue) -> Bool {
            if case .float(let left) = left, case .float(let right) = right {
                return left.bitPattern == right.bitPattern
            }
            return left == right
        }

        private mutating func take(_ series: Series, _ place: Int) {
            var target = held[series.labels] ?? Series(labels: series.labels)
            if series.timestamps[place] > target.timestamps.last ?? .min {
                target.append(series.sample(at: place), at: series.timestamps[place])
            }
            held[series.labels] = target
        }
    }

    static func batch(_ all: [Series]) -> SampleBatch {
        var builder = SampleBatchBuilder(bytes: 16)
        for series in all {
            let verdict: SampleBatchBuilder.Verdict
            series.labels.forEachUTF8 { name, value in
                builder.append(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
            }
            if series.histograms.isEmpty {
                for (time, value) in zip(series.timestamps, series.values) { builder.append(value, at: time) }
                verdict = builder.finish()
            } else {
                verdict = builder.finish { _ in series }
            }
            #expect(verdict == .usable)
        }
        return builder.build()
    }

    private static func random(_ random: inout SeededGenerator, around now: Int64) -> [Series] {
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
            let labels = Labels([
                ("__name__", "m"), ("a", "\(Int.random(in: 0..<40, using: &random))"),
                ("b", Bool.random(using: &random) ? "" : "ö"),
            ])
            var series = Series(labels: labels)
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let time = now + Int64.random(in: 0...12, using: &random)
                if Int.random(in: 0..<12, using: &random) == 0 {
                    let count = Double(Int.random(in: 1...2, using: &random))
                    let histogram = FloatHistogram(
                        counterResetHint: .gauge, count: count, sum: 1,
                        positiveSpans: [.init(offset: 0, length: 1)], positiveBuckets: [count])
                    series.append(.histogram(histogram), at: time)
                } else {
                    let value = Double(Int.random(in: 0...1, using: &random))
                    series.append(.float(Bool.random(using: &random) ? value : StaleMarker.value), at: time)
                }
            }
            return series
        }
    }

    @Test("are taken whole or sample by sample, as a plain model does", arguments: UInt64(1)...6)
    func commits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let store = EmbeddedStore()
        var model = Model(latest: 3000)
        var outcomes: Set<Bool> = []
        for step in 0..<300 {
            let samples = Self.random(&random, around: Int64(step) * 10)
            let batch = Self.batch(samples)
            #expect((0..<batch.count).map { batch.series(at: $0) } == samples)
            if step % 3 == 0 {
                let outcome = store.commitEach(batch, latest: Timestamp(milliseconds: model.latest))
                #expect(outcome.refusals.count == model.refusals(samples))
                let count = samples.reduce(0) { $0 + $1.count }
                #expect(outcome.samples + outcome.histograms + outcome.refusals.count == count)
            } else {
                let isTaken = store.commit(batch, latest: Timestamp(milliseconds: model.latest)) == nil
                #expect(isTaken == model.isTaken(samples))
                outcomes.insert(isTaken)
            }
        }
        #expect(outcomes == [true, false])
        let all = SeriesRequest(matchers: [], start: .distantPast, end: .distantFuture)
        let held = store.select(all).series
        #expect(held.count == model.held.count && held.count > 40)
        for series in held { #expect(series == model.held[series.labels]) }
    }

    @Test func aBatchThatIsRefusedBeginsNoSeries() {
        let store = EmbeddedStore()
        let old = Series(labels: ["__name__": "old"], timestamps: [10], values: [1])
        #expect(store.commit(Self.batch([old]), latest: .distantFuture) == nil)
        var late = old
        late.timestamps = [9]
        let new = Series(labels: ["__name__": "new"], timestamps: [10], values: [1])
        #expect(store.commit(Self.batch([new, late]), latest: .distantFuture) == "out of order sample")
        #expect(store.labelValues("__name__") == ["old"])
    }

    @Test("series are found by their labels after others have come and gone")
    func table() {
        var random = SeededGenerator(seed: 4)
        var table = SeriesTable()
        var numbers: [Labels: Int32] = [:]
        var next = 0
        for _ in 0..<60 {
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                let labels = Labels([("n", "\(next)")])
                next += 1
                numbers[labels] = table.insert(MemorySeries(labels: labels))
            }
            let gone = numbers.filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
            table.remove(gone.values)
            for labels in gone.keys { numbers[labels] = nil }
            if table.isSparse {
                let renumbered = table.renumber()
                numbers = numbers.mapValues { renumbered[Int($0)] }
            }
            #expect(table.count == numbers.count)
            for (labels, number) in numbers { #expect(table[labels] === table[number] && table[labels] != nil) }
            for labels in gone.keys { #expect(table[labels] == nil) }
            let order = table.all.map { Int($0.labels["n"] ?? "") ?? -1 }
            #expect(order == order.sorted() && order.count == numbers.count)
        }
    }

    @Test func churnLeavesTheIndexRight() {
        let store = EmbeddedStore(limits: .init(retention: .seconds(10)))
        func labels(_ step: Int64) -> [Labels] {
            (0..<100).map { Labels([("__name__", "up"), ("n", "\($0)"), ("step", "\(step % 50)"), ("a", "\(step)")]) }
        }
        for step in 0..<Int64(60) {
            store.append(
                labels(step).map { Series(labels: $0, timestamps: [step * 5000], values: [Double(step)]) })
        }
        #expect(store.statistics.series <= 600)
        let found = store.select(
            SeriesRequest(
                matchers: [LabelMatcher("n", equals: "7")], start: .distantPast, end: .distantFuture)
        ).series
        #expect(found.map { $0.labels["a"] } == ["57", "58", "59"])
        #expect(store.series([LabelMatcher("a", equals: "3")]).isEmpty)
        #expect(store.labelValues("a", [LabelMatcher("n", equals: "9")]) == ["57", "58", "59"])
    }
}
