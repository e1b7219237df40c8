import TimeSeries

/// Reads the message of remote write 1: series with their labels as texts.
///
/// - Source: prometheus/prometheus prompb/remote.proto, WriteRequest; which series are left out is observed on Prometheus
///   3.5.3.
struct RemoteWriteDecoder: ~Copyable {
    private var builder: SampleBatchBuilder
    private var body = RemoteWriteBody()
    private var budget = UnfoldingBudget()

    /// What a message says; `bytes` must outlive the call only.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> RemoteWriteBody {
        var decoder = RemoteWriteDecoder(builder: SampleBatchBuilder(bytes: bytes.count))
        var reader = ProtobufReader(bytes)
        while try reader.next() {
            switch reader.field {
            case 1: try decoder.series(try reader.data())
            case 3:
                let facts = try reader.data()
                try decoder.budget.take(128 + facts.count)
                decoder.body.metadata.append(try RemoteWriteRequest.Metadata(facts))
            default: try reader.skip()
            }
        }
        decoder.body.samples = decoder.builder.build()
        return decoder.body
    }

    private init(builder: consuming SampleBatchBuilder) { self.builder = builder }

    /// As Prometheus does, a series with labels that cannot be is left out silently.
    private mutating func series(_ message: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(message)
        var histograms: [(timestamp: Int64, value: FloatHistogram)] = []
        while try reader.next() {
            switch reader.field {
            case 1: try label(try reader.data())
            case 2:
                let (timestamp, value) = try RemoteSeriesDecoder.sample(try reader.data())
                try budget.takeSample()
                builder.append(value, at: timestamp)
            case 3:
                body.exemplars += 1
                try reader.skip()
            case 4:
                let histogram = try reader.data()
                try budget.takeHistogram(histogram)
                histograms.append(try RemoteSeriesDecoder.histogram(histogram, isStrict: true))
            default: try reader.skip()
            }
        }
        _ = builder.finish(histograms)
    }

    @inline(__always)
    private mutating func label(_ message: UnsafeRawBufferPointer) throws(ProtobufError) {
        let (name, value) = try ProtobufReader.label(message)
        if builder.labelCount >= RemoteWriteRequest.maximumLabels { throw .tooManyLabels }
        builder.append(name: name, value: value)
    }
}

extension SampleBatchBuilder {
    /// Ends a series with the histograms that came beside its floats.
    mutating func finish(_ histograms: [(timestamp: Int64, value: FloatHistogram)]) -> Verdict {
        if histograms.isEmpty { return finish() }
        return finish { floats in
            var series = floats
            RemoteSeriesDecoder.merge(histograms, into: &series)
            return series
        }
    }
}
