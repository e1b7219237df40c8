import Base
import JSON
import QueryEngine
import TimeSeries

/// Results of queries as Prometheus' API writes them.
///
/// - Source: prometheus/prometheus web/api/v1 and util/jsonutil, by their answers.
public enum QueryResultJSON {
    /// The body of a query that worked.
    public static func body(_ result: QueryResult) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("status")
        json.string("success")
        json.key("data")
        json.beginObject()
        json.key("resultType")
        switch result.value {
        case .scalar(let value, let time):
            json.string("scalar")
            json.key("result")
            json.sample(time, value)
        case .string(let text, let time):
            json.string("string")
            json.key("result")
            json.beginArray()
            json.timestamp(time)
            json.string(text)
            json.endArray()
        case .vector(let samples):
            json.string("vector")
            json.key("result")
            json.beginArray()
            written(samples.count, weight: 1, &json) { vector(samples[$0], &$1) }
            json.endArray()
        case .matrix(let series):
            json.string("matrix")
            json.key("result")
            json.beginArray()
            let longest = series.max { $0.count < $1.count }
            let texts = InstantTexts(longest?.timestamps ?? [])
            written(series.count, weight: texts.count, &json) { matrix(series[$0], texts, &$1) }
            json.endArray()
        }
        if let statistics = result.statistics { write(statistics, &json) }
        json.endObject()
        texts("warnings", shown(result.annotations.warnings, "warning"), &json)
        texts("infos", shown(result.annotations.infos, "info"), &json)
        json.endObject()
        return json.takeBytes()
    }

    /// Nothing is sorted apart and nothing waits in a queue here.
    private static func write(_ statistics: QueryStatistics, _ json: inout JSONWriter) {
        let whole = statistics.preparation + statistics.evaluation
        json.key("stats")
        json.beginObject()
        json.key("timings")
        json.beginObject()
        for (key, time) in [
            ("evalTotalTime", whole), ("resultSortTime", .zero), ("queryPreparationTime", statistics.preparation),
            ("innerEvalTime", statistics.evaluation), ("execQueueTime", .zero), ("execTotalTime", whole),
        ] {
            json.key(key)
            json.number(time / .seconds(1))
        }
        json.endObject()
        json.key("samples")
        json.beginObject()
        json.key("totalQueryableSamples")
        json.integer(statistics.samples)
        json.key("peakSamples")
        json.integer(statistics.peakSamples)
        json.endObject()
        json.endObject()
    }

    /// The body of a query that failed.
    public static func body(errorType: String, error: String) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for (key, text) in [("status", "error"), ("errorType", errorType), ("error", error)] {
            json.key(key)
            json.string(text)
        }
        json.endObject()
        return json.takeBytes()
    }

    /// Writes the elements of an array, many of them on all cores.
    private static func written(
        _ count: Int, weight: Int, _ json: inout JSONWriter, _ element: (Int, inout JSONWriter) -> Void
    ) {
        guard count > 8, count * max(weight, 4) > 20_000 else {
            for number in 0..<count { element(number, &json) }
            return
        }
        let pieces = min(count, 16)
        var texts = [[UInt8]](repeating: [], count: pieces)
        texts.withUnsafeMutableBufferPointer { texts in
            let texts = texts
            WorkSharing.shared.run(pieces: pieces) { piece, _ in
                let part = count * piece / pieces..<count * (piece + 1) / pieces
                var json = JSONWriter(reserving: part.count * (64 + 24 * weight))
                for number in part { element(number, &json) }
                texts[piece] = json.takeBytes()
            }
        }
        json.reserve(texts.reduce(0) { $0 + $1.count + 1 })
        for text in texts { json.raw(text) }
    }

    /// Ten of a kind at most, and how many more there are.
    private static func shown(_ texts: [String], _ kind: String) -> [String] {
        if texts.count <= 10 { return texts }
        return texts.prefix(10) + ["\(texts.count - 10) more \(kind) annotations omitted"]
    }

    private static func texts(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        if texts.isEmpty { return }
        json.key(key)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    private static func vector(_ sample: VectorSample, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("metric")
        PrometheusJSON.labels(sample.labels, &json)
        switch sample.value {
        case .float(let value):
            json.key("value")
            json.sample(sample.timestamp, value)
        case .histogram(let histogram):
            json.key("histogram")
            pair(sample.timestamp, histogram, &json)
        }
        json.endObject()
    }

    private static func matrix(_ series: Series, _ texts: InstantTexts, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("metric")
        PrometheusJSON.labels(series.labels, &json)
        let isHistogram: (Int) -> Bool = { !series.histograms.isEmpty && series.histograms[$0] != nil }
        if series.histograms.isEmpty, series.count > 0 {
            json.key("values")
            json.beginArray()
            json.samples(series.timestamps, series.values, texts)
            json.endArray()
            json.endObject()
            return
        }
        let floats = series.timestamps.indices.filter { !isHistogram($0) }
        if !floats.isEmpty {
            json.key("values")
            json.beginArray()
            for index in floats {
                json.sample(Timestamp(milliseconds: series.timestamps[index]), series.values[index])
            }
            json.endArray()
        }
        if floats.count < series.count {
            json.key("histograms")
            json.beginArray()
            for (index, time) in series.timestamps.enumerated() where isHistogram(index) {
                if let histogram = series.histograms[index] { pair(Timestamp(milliseconds: time), histogram, &json) }
            }
            json.endArray()
        }
        json.endObject()
    }

    private static func pair(_ time: Timestamp, _ histogram: FloatHistogram, _ json: inout JSONWriter) {
        json.beginArray()
        json.timestamp(time)
        json.beginObject()
        json.key("count")
        json.sampleValue(histogram.count)
        json.key("sum")
        json.sampleValue(histogram.sum)
        let buckets = histogram.allBuckets.filter { $0.count != 0 }
        if !buckets.isEmpty {
            json.key("buckets")
            json.beginArray()
            for bucket in buckets {
                json.beginArray()
                switch (bucket.isLowerInclusive, bucket.isUpperInclusive) {
                case (false, true): json.integer(0)
                case (true, false): json.integer(1)
                case (false, false): json.integer(2)
                case (true, true): json.integer(3)
                }
                for number in [bucket.lower, bucket.upper, bucket.count] { json.sampleValue(number) }
                json.endArray()
            }
            json.endArray()
        }
        json.endObject()
        json.endArray()
    }
}
