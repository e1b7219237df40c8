import Base
import PromQL
import QueryEngine
import Ruler
import Synchronization
import TimeSeries

/// A server's samples as they stand at a moment: anything may be added anywhere, taken away, or be out of reach.
final class FakeHistory: SeriesSource, InstantQuerying {
    struct Down: Error, CustomStringConvertible { var description: String { "connection refused" } }

    private struct State {
        var series: [Labels: Series] = [:]
        /// The label sets of each metric.
        var ofMetric: [String: Set<Labels>] = [:]
        var isDown = false
        var fetched = 0
        var asked = 0
        var samplesGiven = 0
        /// Fetches to come that fail.
        var failures = 0
        /// Fetches before these.
        var sparing = 0
    }
    private let state = Mutex(State())
    let options: QueryOptions

    init(options: QueryOptions = .init()) { self.options = options }

    var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }
    /// Questions for raw samples so far.
    var fetched: Int { state.withLock { $0.fetched } }
    /// Expressions evaluated so far.
    var asked: Int { state.withLock { $0.asked } }
    /// Samples given out so far.
    var samplesGiven: Int { state.withLock { $0.samplesGiven } }

    func put(_ value: SampleValue, _ labels: Labels, at time: Timestamp) {
        let time = time.milliseconds
        state.withLock { state in
            var series = state.series.removeValue(forKey: labels) ?? Series(labels: labels)
            if let last = series.timestamps.last, last >= time {
                var all = Series(labels: labels)
                for index in 0..<series.count where series.timestamps[index] < time {
                    all.append(series.sample(at: index), at: series.timestamps[index])
                }
                all.append(value, at: time)
                for index in 0..<series.count where series.timestamps[index] > time {
                    all.append(series.sample(at: index), at: series.timestamps[index])
                }
                series = all
            } else {
                series.append(value, at: time)
            }
            state.series[labels] = series
            state.ofMetric[labels[Labels.metricName] ?? "", default: []].insert(labels)
        }
    }

    func put(_ value: Double, _ labels: Labels, at time: Timestamp) { put(.float(value), labels, at: time) }

    func remove(_ labels: Labels) {
        state.withLock { state in
            state.series[labels] = nil
            state.ofMetric[labels[Labels.metricName] ?? ""]?.remove(labels)
        }
    }

    /// Fetches to come that fail.
    var failuresLeft: Int { state.withLock { $0.failures } }

    func failNext(_ count: Int, after sparing: Int = 0) {
        state.withLock {
            $0.failures = count
            $0.sparing = sparing
        }
    }

    func select(_ request: SeriesRequest) -> [Series] {
        state.withLock { state in
            var found: [Series] = []
            let name = request.matchers.first { $0.name == Labels.metricName && $0.operation == .equal }?.value
            let candidates = name.map { Array(state.ofMetric[$0] ?? []) } ?? Array(state.series.keys)
            for labels in candidates where request.matchers.allMatch(labels) {
                guard let samples = state.series[labels] else { continue }
                guard let last = samples.timestamps.last, last >= request.start.milliseconds else { continue }
                let first = samples.timestamps.firstIndex { $0 >= request.start.milliseconds } ?? samples.count
                let behind = samples.timestamps.lastIndex { $0 <= request.end.milliseconds }.map { $0 + 1 } ?? 0
                guard first < behind else { continue }
                let range = first..<behind
                found.append(
                    Series(
                        labels: labels, timestamps: Array(samples.timestamps[range]),
                        values: Array(samples.values[range]),
                        histograms: samples.histograms.isEmpty ? [] : Array(samples.histograms[range])))
            }
            return found
        }
    }

    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] {
        try state.withLock { state in
            state.fetched += 1
            if state.sparing > 0 {
                state.sparing -= 1
            } else if state.failures > 0 {
                state.failures -= 1
                throw Down()
            }
            if state.isDown { throw Down() }
        }
        let answers = requests.map { SeriesResponse(series: select($0)) }
        state.withLock { $0.samplesGiven += answers.flatMap(\.series).reduce(0) { $0 + $1.count } }
        return answers
    }

    func instant(_ expression: String, at time: Timestamp, timeout: Duration) async throws -> QueryResult {
        state.withLock { $0.asked += 1 }
        let expr = try PromQLParser.parse(expression)
        return try await QueryEngine(options: options).instant(expr, text: expression, at: time, source: self)
    }
}
