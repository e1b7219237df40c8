import TimeSeries

/// Reads the message of remote write 2: a table of texts, and series whose labels are places in it.
///
/// - Source: Prometheus Remote-Write 2.0 specification, io.prometheus.write.v2.Request; which series are refused and how
///   is observed on Prometheus 3.5.3.
struct RemoteWrite2Decoder {
    private var symbols: [UnsafeRawBufferPointer] = []
    private var collector = LabelsCollector()
    private var references: [UInt32] = []
    private var body = RemoteWriteBody()
    private var described: Set<RemoteWriteRequest.Metadata> = []

    /// What a message says; `bytes` must outlive the call only.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) -> RemoteWriteBody {
        var decoder = RemoteWrite2Decoder()
        // The table may stand behind what refers to it.
        var table = ProtobufReader(bytes)
        while try table.next() {
            if table.field == 4 { decoder.symbols.append(try table.data()) } else { try table.skip() }
        }
        var reader = ProtobufReader(bytes)
        while try reader.next() {
            if reader.field == 5 { try decoder.series(try reader.data()) } else { try reader.skip() }
        }
        return decoder.body
    }

    private mutating func series(_ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        var series = Series(labels: .empty)
        var histograms: [(timestamp: Int64, value: FloatHistogram)] = []
        var facts: UnsafeRawBufferPointer?
        references.removeAll(keepingCapacity: true)
        while try reader.next() {
            switch reader.field {
            case 1: try reader.unsigned(into: &references)
            case 2:
                let (timestamp, value) = try RemoteSeriesDecoder.sample(try reader.data())
                series.timestamps.append(timestamp)
                series.values.append(value)
            case 3: histograms.append(try RemoteSeriesDecoder.histogram(try reader.data(), isStrict: true))
            case 4:
                body.exemplars += 1
                try reader.skip()
            case 5: facts = try reader.data()
            default: try reader.skip()
            }
        }
        series.labels = try labels()
        if let reason = refusal(of: series.labels) {
            body.refusals.append(.init(place: body.series.count, reason: reason))
            return
        }
        if series.timestamps.isEmpty, histograms.isEmpty { return }
        if !histograms.isEmpty { RemoteSeriesDecoder.merge(histograms, into: &series) }
        body.series.append(series)
        if let facts { try describe(series.labels.metricName, facts) }
    }

    private mutating func labels() throws(ProtobufError) -> Labels {
        guard references.count % 2 == 0 else { throw ProtobufError("a label has a name and no value") }
        if references.count / 2 > RemoteWriteRequest.maximumLabels { throw .tooManyLabels }
        for place in stride(from: 0, to: references.count, by: 2) {
            collector.append(
                name: try symbol(references[place]).bindMemory(to: UInt8.self),
                value: try symbol(references[place + 1]).bindMemory(to: UInt8.self))
        }
        return collector.finish()
    }

    private func symbol(_ reference: UInt32) throws(ProtobufError) -> UnsafeRawBufferPointer {
        guard reference < symbols.count else {
            throw ProtobufError("a label refers to symbol \(reference) of \(symbols.count)")
        }
        return symbols[Int(reference)]
    }

    private func text(_ reference: UInt32) throws(ProtobufError) -> String {
        String(decoding: try symbol(reference), as: UTF8.self)
    }

    /// Why a series with these labels is not taken.
    private func refusal(of labels: Labels) -> String? {
        if labels.flaw != nil { return "invalid metric name or labels, got \(labels.shown)" }
        guard collector.hasDuplicates else { return nil }
        var pairs: [(name: String, value: String)] = []
        for place in stride(from: 0, to: references.count, by: 2) {
            if let name = try? text(references[place]), let value = try? text(references[place + 1]) {
                pairs.append((name, value))
            }
        }
        pairs.sort { $0.name < $1.name }
        let twice = zip(pairs, pairs.dropFirst()).first { $0.name == $1.name }?.0.name ?? ""
        return "invalid labels for series, labels \(Labels.shown(pairs)), duplicated label \(twice)"
    }

    private mutating func describe(_ metric: String, _ bytes: UnsafeRawBufferPointer) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        var facts = RemoteWriteRequest.Metadata(type: "unknown", metric: metric, help: "", unit: "")
        while try reader.next() {
            switch reader.field {
            case 1: facts.type = RemoteWriteRequest.Metadata.type(try reader.varint())
            case 3: facts.help = try text(UInt32(truncatingIfNeeded: try reader.varint()))
            case 4: facts.unit = try text(UInt32(truncatingIfNeeded: try reader.varint()))
            default: try reader.skip()
            }
        }
        if facts.type == "unknown", facts.help.isEmpty, facts.unit.isEmpty { return }
        if ["histogram", "summary", "gaugehistogram"].contains(facts.type) {
            // The series of one classic histogram are described each, their metric is meant.
            for suffix in ["_bucket", "_count", "_sum"] where metric.hasSuffix(suffix) {
                facts.metric = String(metric.dropLast(suffix.utf8.count))
            }
        }
        if described.insert(facts).inserted { body.metadata.append(facts) }
    }
}
