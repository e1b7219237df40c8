import Base
import JSON
import QueryEngine
import TimeSeries

/// The rows of a query's result as Prometheus' API writes them: samples of a vector, series of a matrix.
struct QueryResultRows {
    private let value: QueryValue
    private let texts: InstantTexts
    let count: Int

    init(_ value: QueryValue) {
        self.value = value
        switch value {
        case .scalar, .string:
            count = 0
            texts = InstantTexts([])
        case .vector(let samples):
            count = samples.count
            texts = InstantTexts([])
        case .matrix(let series):
            count = series.count
            texts = InstantTexts(series.max { $0.count < $1.count }?.timestamps ?? [])
        }
    }

    /// Rows from `first` on whose texts take `bytes`, about; one at least when there is one.
    func window(from first: Int, bytes: Int) -> Range<Int> {
        var size = 0
        var end = first
        while end < count, size < bytes {
            size += room(end)
            end += 1
        }
        return first..<end
    }

    /// How long the texts of all rows are, about. Bytes.
    static func size(of value: QueryValue) -> Int {
        switch value {
        case .scalar, .string: 0
        case .vector(let samples): samples.count * sampleRow
        case .matrix(let series): series.reduce(0) { $0 + room($1) }
        }
    }

    private static let sampleRow = 160

    private static func room(_ series: Series) -> Int { 64 + series.count * (series.histograms.isEmpty ? 24 : 200) }

    /// How long a row's text is, about.
    private func room(_ row: Int) -> Int {
        if case .matrix(let series) = value { Self.room(series[row]) } else { Self.sampleRow }
    }

    /// Writes rows as elements of an array, many of them on all cores.
    func write(_ rows: Range<Int>, _ json: inout JSONWriter) {
        let size = rows.reduce(0) { $0 + room($1) }
        guard rows.count > 8, size > 256 << 10 else {
            for row in rows { write(row, &json) }
            return
        }
        let pieces = min(rows.count, 16)
        var texts = [[UInt8]](repeating: [], count: pieces)
        texts.withUnsafeMutableBufferPointer { texts in
            let texts = texts
            WorkSharing.shared.run(pieces: pieces) { piece, _ in
                let part =
                    rows.lowerBound + rows.count * piece / pieces..<rows.lowerBound + rows.count * (piece + 1) / pieces
                var json = JSONWriter(reserving: part.reduce(0) { $0 + room($1) })
                for row in part { write(row, &json) }
                texts[piece] = json.takeBytes()
            }
        }
        json.reserve(texts.reduce(0) { $0 + $1.count + 1 })
        for text in texts { json.raw(text) }
    }

    private func write(_ row: Int, _ json: inout JSONWriter) {
        switch value {
        case .vector(let samples): vector(samples[row], &json)
        case .matrix(let series): matrix(series[row], &json)
        case .scalar, .string: break
        }
    }

    private func vector(_ sample: VectorSample, _ json: inout JSONWriter) {
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

    private func matrix(_ series: Series, _ json: inout JSONWriter) {
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

    private func pair(_ time: Timestamp, _ histogram: FloatHistogram, _ json: inout JSONWriter) {
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
