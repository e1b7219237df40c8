import Base
import JSON
import TimeSeries

extension QueryAnswer {
    /// Takes over a successful answer.
    /// - Throws: ``JSONError`` when there is no result in it.
    init(_ answer: borrowing PrometheusAnswer) throws(JSONError) {
        warnings = answer.warnings
        infos = answer.infos
        switch answer.kind {
        case .none: throw JSONError("it has no result")
        case .scalar:
            guard let value = answer.values.first, let time = answer.timestamps.first else {
                throw JSONError("it has no scalar")
            }
            self.value = .scalar(value, at: Timestamp(milliseconds: time))
        case .string:
            guard let time = answer.timestamps.first else { throw JSONError("it has no string") }
            value = .string(answer.string, at: Timestamp(milliseconds: time))
        case .vector: value = .vector(try Self.vector(answer))
        case .matrix: value = .matrix(try Self.matrix(answer))
        }
    }

    private static func labels(_ answer: borrowing PrometheusAnswer, _ index: Int, _ collector: inout LabelsCollector)
        -> Labels
    {
        answer.forEachLabel(ofSeries: index) { name, value in collector.append(name: name, value: value) }
        return collector.finish()
    }

    private static func vector(_ answer: borrowing PrometheusAnswer) throws(JSONError) -> [InstantSample] {
        var elements: [InstantSample] = []
        elements.reserveCapacity(answer.seriesCount)
        var collector = LabelsCollector()
        for index in 0..<answer.seriesCount {
            let labels = labels(answer, index, &collector)
            let samples = answer.samples(ofSeries: index)
            guard samples.count + answer.histogramCount(ofSeries: index) == 1 else {
                throw JSONError("an element of a vector has not exactly one value")
            }
            if samples.count == 1 {
                elements.append(
                    InstantSample(
                        labels: labels,
                        timestamp: Timestamp(milliseconds: answer.timestamps[samples.lowerBound]),
                        value: .float(answer.values[samples.lowerBound])))
            } else {
                let histogram = answer.histograms(ofSeries: index)[0]
                elements.append(
                    InstantSample(
                        labels: labels, timestamp: Timestamp(milliseconds: histogram.timestamp),
                        value: .histogram(FloatHistogram(histogram))))
            }
        }
        return elements
    }

    private static func matrix(_ answer: borrowing PrometheusAnswer) throws(JSONError) -> [Series] {
        var all: [Series] = []
        all.reserveCapacity(answer.seriesCount)
        var collector = LabelsCollector()
        for index in 0..<answer.seriesCount {
            let labels = labels(answer, index, &collector)
            let samples = answer.samples(ofSeries: index)
            var series = Series(
                labels: labels, timestamps: Array(answer.timestamps[samples]), values: Array(answer.values[samples]))
            if answer.histogramCount(ofSeries: index) > 0 {
                let floats = series
                series = Series(labels: labels)
                var next = 0
                for histogram in answer.histograms(ofSeries: index) {
                    while next < floats.count, floats.timestamps[next] < histogram.timestamp {
                        series.append(.float(floats.values[next]), at: floats.timestamps[next])
                        next += 1
                    }
                    series.append(.histogram(FloatHistogram(histogram)), at: histogram.timestamp)
                }
                for place in next..<floats.count {
                    series.append(.float(floats.values[place]), at: floats.timestamps[place])
                }
            }
            for place in series.timestamps.indices.dropFirst()
            where series.timestamps[place - 1] >= series.timestamps[place] {
                throw JSONError("the samples of a series are not in time order")
            }
            all.append(series)
        }
        return all
    }
}
