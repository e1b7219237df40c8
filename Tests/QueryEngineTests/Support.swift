import Base
import PromQL
import QueryEngine
import TimeSeries

/// Series held in memory, with a record of what was asked for.
struct MemorySource: SeriesSource {
    var series: [Series]

    func fetch(_ requests: [SeriesRequest]) async throws -> [SeriesResponse] { requests.map(answer) }

    /// The matching series, cut to the span that was asked for.
    func answer(_ request: SeriesRequest) -> SeriesResponse {
        let found = series.filter { request.matchers.allMatch($0.labels) }.compactMap { series -> Series? in
            var cut = Series(labels: series.labels)
            for index in series.timestamps.indices
            where series.timestamps[index] >= request.start.milliseconds
                && series.timestamps[index] <= request.end.milliseconds
            {
                let start = series.startTimestamps.isEmpty ? nil : series.startTimestamps[index]
                cut.append(series.sample(at: index), at: series.timestamps[index], startTimestamp: start)
            }
            return cut.count > 0 ? cut : nil
        }
        return SeriesResponse(series: found)
    }
}

enum Data {
    /// Series from lines such as `up{job="a"} 0+1x3 _ stale NaN`: one sample every `step` seconds from the epoch.
    static func load(_ step: Int64, _ lines: String) throws -> [Series] {
        try lines.split(separator: "\n").map { line in
            let text = line.trimmingSpaces
            let end =
                text.firstIndex(of: "}").map { text.index(after: $0) } ?? text.firstIndex(of: " ") ?? text.endIndex
            var series = Series(labels: try PromQLParser.parseMetric(String(text[..<end])))
            var time: Int64 = 0
            for item in text[end...].split(separator: " ") {
                for value in try values(String(item)) {
                    if let value { series.append(.float(value), at: time) }
                    time += step * 1000
                }
            }
            return series
        }
    }

    private struct BadItem: Error { var item: String }

    private static func values(_ item: String) throws -> [Double?] {
        if item == "_" { return [nil] }
        if item == "stale" { return [StaleMarker.value] }
        if let number = Double(item) { return [number] }
        let parts = item.split(separator: "x")
        guard parts.count == 2, let count = Int(parts[1]) else { throw BadItem(item: item) }
        if parts[0] == "_" { return Array(repeating: nil, count: count) }
        let text = parts[0]
        guard let sign = text.dropFirst().lastIndex(where: { $0 == "+" || $0 == "-" }) else {
            return Array(repeating: Double(text), count: count + 1)
        }
        guard let first = Double(text[..<sign]), let rise = Double(text[sign...]) else { throw BadItem(item: item) }
        return (0...count).map { first + rise * Double($0) }
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

/// Evaluates texts over series.
struct Querying {
    var series: [Series]
    var options = QueryOptions()

    init(every step: Int64 = 10, _ lines: String, features: Set<Feature> = []) throws {
        series = try Data.load(step, lines)
        options.features = features
    }

    func run(_ text: String, _ kind: QueryPlan.Kind) throws -> QueryResult {
        let expression = try PromQLParser.parse(text, options: .everything)
        let plan = try QueryPlan(expression, source: text, kind: kind, options: options)
        let source = MemorySource(series: series)
        return try plan.evaluate(responses: plan.requests.map(source.answer))
    }

    /// The samples at `seconds` as texts, sorted.
    func instant(_ text: String, at seconds: Double) throws -> [String] {
        switch try run(text, .instant(Timestamp(seconds: seconds))).value {
        case .scalar(let value, _): return [GoFloat.string(value, .general)]
        case .string(let value, _): return [value]
        case .vector(let samples): return samples.map { "\($0.labels) \($0.value.text)" }.sorted()
        case .matrix(let series):
            return series.map { series in
                let points = series.timestamps.indices.map {
                    "\(series.sample(at: $0).text)@\(Double(series.timestamps[$0]) / 1000)"
                }
                return "\(series.labels) \(points.joined(separator: " "))"
            }
        }
    }

    /// The samples of a range query as texts: a value a step, `_` where there is none.
    func range(_ text: String, from start: Int64, to end: Int64, step: Int64) throws -> [String] {
        let kind = QueryPlan.Kind.range(
            start: Timestamp(seconds: Double(start)), end: Timestamp(seconds: Double(end)), step: .seconds(step))
        guard case .matrix(let all) = try run(text, kind).value else { return [] }
        return all.map { series in
            let cells = stride(from: start * 1000, through: end * 1000, by: Int(step) * 1000).map { time in
                series.timestamps.firstIndex(of: time).map { series.sample(at: $0).text } ?? "_"
            }
            return "\(series.labels) \(cells.joined(separator: " "))"
        }
    }

    func annotations(_ text: String, at seconds: Double) throws -> Annotations {
        try run(text, .instant(Timestamp(seconds: seconds))).annotations
    }
}

extension SampleValue {
    var text: String {
        switch self {
        case .float(let value): GoFloat.string(value, .general)
        case .histogram(let histogram): histogram.description
        }
    }
}
